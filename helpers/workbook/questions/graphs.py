"""Numbers that remember where they came from, for notebook 06: trials on small computation graphs, and wrong versions."""

import math

from helpers.basics import Value
from helpers.workbook.questions import Exercise, listed

# A program of assignments, and the numbers that it begins with; its last name is the end of the graph.
ONE = [("y = a * b", {"a": 2.0, "b": -3.0}), ("y = a + b", {"a": 2.0, "b": -3.0})]
ONE += [("y = a.exp()", {"a": 0.5}), *(("y = a.relu()", {"a": x}) for x in (2.0, -1.5, 0.0))]
GRAPHS = [
    ("y = a * b", {"a": 2.0, "b": -3.0}),
    ("p = a * b; y = p + c", {"a": 2.0, "b": -3.0, "c": 4.0}),
    ("y = a + a", {"a": 3.0}),
    ("p = a * b; y = p + a", {"a": 2.0, "b": 2.0}),
    ("p = a * b; q = p.exp(); y = p + q", {"a": 0.5, "b": 1.0}),
    ("p = a * b; q = p + c; r = q.relu(); y = r * r", {"a": 3.0, "b": 2.0, "c": -4.0}),
    ("p = a * b; q = p.exp(); r = q + p; s = r * a; y = s + q", {"a": 0.5, "b": -1.2}),
    ("p = a + b; q = p * p; r = q * p; s = r * q; t = s + p; y = t * t", {"a": 0.4, "b": 0.5}),
]


def made(program, leaves, cls=Value):
    """{name: Value} of everything in a program, its last name last."""
    scope = {name: cls(number) for name, number in leaves.items()}
    exec(program, {"__builtins__": {}}, scope)
    return scope


def operations(cls, program, leaves):
    """A trial of the operations of a Value, the first thing to look at first."""
    values = made(program, leaves, cls)
    y, names = values["y"], {id(value): name for name, value in values.items()}
    if not isinstance(y, cls):
        return {"the kind of y": type(y).__name__}
    seen = {"the kind of y": "Value", "its data": y.data, "its grad at the start": y.grad}
    seen["its parents"] = [names.get(id(parent), f"{parent!r:.20}, which is no Value of the program") for parent in y.parents]
    return seen | {"its local derivatives": [float(d) for d in y.local]}


def gradients_of(answer, program, leaves, before=0.0):
    """A trial of backward: every grad, in the order in which backward comes to them. `before`: what the leaves hold."""
    values = made(program, leaves)
    for name in leaves:
        values[name].grad = before
    answer(values["y"])
    when = f" (all inputs held {before} before)" * bool(before)
    return {f"the grad of {name}{when}": values[name].grad for name in [n for n in values if n not in leaves][::-1] + list(leaves)}


def value_with(grad=0.0, **methods):
    """A class like Value, with some operations replaced: each by a function of the class that gives the new one."""

    class Changed:
        def __init__(self, data, parents=(), local=()):
            self.data, self.grad, self.parents, self.local = data, grad, parents, local

        def __add__(self, other):
            return Changed(self.data + other.data, (self, other), (1.0, 1.0))

        def __mul__(self, other):
            return Changed(self.data * other.data, (self, other), (other.data, self.data))

        def exp(self):
            return Changed(math.exp(self.data), (self,), (math.exp(self.data),))

        def relu(self):
            return Changed(max(self.data, 0.0), (self,), (float(self.data > 0),))

    Changed.__name__ = "Value"
    for name, method in methods.items():
        setattr(Changed, name, method(Changed))
    return Changed


def plain_exp(V):
    return lambda self: math.exp(self.data)


def plain_relu(V):
    return lambda self: max(self.data, 0.0)


def forgetful(*given):
    """exp and relu that hand over only a part of what a Value takes: given(self, local) is the rest of the arguments."""
    exp = lambda V: lambda self: V(math.exp(self.data), *[part(self, math.exp(self.data)) for part in given])  # noqa: E731
    relu = lambda V: lambda self: V(max(self.data, 0.0), *[part(self, float(self.data > 0)) for part in given])  # noqa: E731
    return {"exp": exp, "relu": relu}


def some_of(methods, **more):
    """Classes with the first of two spoilt methods, with the second, and with both."""
    return [value_with(**dict([pair]), **more) for pair in methods.items()] + [value_with(**methods, **more)]


def exp_of_self(V):
    return lambda self: V(math.exp(self), (self,), (math.exp(self),))


def max_of_self(V):
    return lambda self: V(max(self, 0.0), (self,), (float(self.data > 0),))


def no_comma(parents):
    """exp and relu without the comma that makes a tuple: of their parents too, or only of their local derivatives."""
    one = (lambda self: self) if parents else lambda self: (self,)
    exp = lambda V: lambda self: V(math.exp(self.data), one(self), math.exp(self.data))  # noqa: E731
    relu = lambda V: lambda self: V(max(self.data, 0.0), one(self), float(self.data > 0))  # noqa: E731
    return {"exp": exp, "relu": relu}


def relu_with(local, data=lambda x: max(x, 0.0)):
    return value_with(relu=lambda V: lambda self: V(data(self.data), (self,), (local(self.data),)))


def exp_with(local):
    return value_with(exp=lambda V: lambda self: V(math.exp(self.data), (self,), (local(self.data),)))


def times(parents=lambda a, b: (a, b), local=lambda a, b: (b.data, a.data)):
    return value_with(__mul__=lambda V: lambda a, b: V(a.data * b.data, parents(a, b), local(a, b)))


VALUE = Exercise(
    "Value is yours: each result remembers its parents and the local derivative for each of them.",
    part="Value",
    right=Value,
    run=operations,
    cases=lambda g: [*ONE, *GRAPHS[1:]],
    mistakes=listed(
        {
            (
                "The derivative of a * b with respect to a: nudge a, and see by how much the product moves. Is it a or b?",
                "The two local derivatives of a product are the wrong way round. Each factor gets the other one.",
            ): times(local=lambda a, b: (a.data, b.data)),
            (
                "A product does not move as much as its factors do. With a = 2 and b = -3, nudge a by 0.1: the product moves by -0.3.",
                "(1.0, 1.0) belongs to the sum. A product passes each factor's nudge on, multiplied by the other factor.",
            ): times(local=lambda a, b: (1.0, 1.0)),
            (
                "The local derivatives of the product are numbers, not Values: they are only read, never differentiated.",
                "Write `.data` behind both.",
            ): times(local=lambda a, b: (b, a)),
            (
                "The parents are numbers here. They have to be the Values themselves, so that backward can reach their `grad`.",
                "`(self, other)`, without `.data`.",
            ): times(parents=lambda a, b: (a.data, b.data)),
            (
                "The product has forgotten where it came from: its parents are empty.",
                "`Value(...)` takes three arguments. `__add__` above shows all of them.",
            ): value_with(__mul__=lambda V: lambda a, b: V(a.data * b.data)),
            (
                "The product is a plain number. It has to be a Value again, with parents and local derivatives.",
                "Wrap the number: `Value(number, parents, local)`.",
            ): value_with(__mul__=lambda V: lambda a, b: a.data * b.data),
            (
                "The result of an operation is a plain number. It has to be a Value again, with parents and local derivatives.",
                "Wrap the number: `Value(number, parents, local)`.",
            ): [
                value_with(exp=plain_exp),
                value_with(relu=plain_relu),
                value_with(exp=plain_exp, relu=plain_relu),
                value_with(exp=plain_exp, relu=plain_relu, __mul__=lambda V: lambda a, b: a.data * b.data),
            ],
            (
                "The result of `exp` or `relu` forgot its parent: there is one, `self`, and backward has to find it.",
                "`Value(...)` takes three arguments: the number, the parents, and the local derivatives. `__add__` shows all of them.",
            ): [
                *some_of(forgetful()),
                value_with(**forgetful(), __mul__=lambda V: lambda a, b: V(a.data * b.data)),
                *some_of(forgetful(lambda self, d: (), lambda self, d: (d,))),
            ],
            (
                "The result of `exp` or `relu` knows its parent, and not how much it changes with it: the local derivative is missing.",
                "`Value(...)` takes three arguments: the number, the parents, and one local derivative for each parent.",
            ): some_of(forgetful(lambda self, d: (self,))),
            (
                "`math.exp` needs a number, and `self` is a Value, which holds one.",
                "The number is `self.data`.",
            ): [value_with(exp=exp_of_self), value_with(exp=exp_of_self, relu=max_of_self)],
            (
                "`max` compares numbers, and `self` is a Value, which holds one.",
                "The number is `self.data`.",
            ): [
                value_with(relu=max_of_self),
                value_with(relu=lambda V: lambda self: V(max(0.0, self), (self,), (float(self.data > 0),))),
            ],
            (
                "exp is its own derivative. So the local derivative is not the number that went in.",
                "Compute `math.exp(self.data)` once, and use it twice: as the data and as the local derivative.",
            ): exp_with(lambda x: x),
            (
                "The slope of exp is not 1, except at 0. It is as large as exp itself.",
                "Compute `math.exp(self.data)` once, and use it twice: as the data and as the local derivative.",
            ): exp_with(lambda x: 1.0),
            (
                "Where relu gives 0, a small nudge of its input changes nothing. What is its local derivative there?",
                "1.0 where `self.data` is above 0, and 0.0 elsewhere.",
            ): relu_with(lambda x: 1.0),
            (
                "Where relu lets a number through, the output moves exactly as much as the input. So its slope there is not the number.",
                "1.0 where `self.data` is above 0, and 0.0 elsewhere.",
            ): relu_with(lambda x: max(x, 0.0)),
            ("At exactly 0 there is a corner. PyTorch takes the slope 0 there, and so do we.", "`>` in place of `>=`."): relu_with(lambda x: float(x >= 0)),
            ("relu gives 0 for a negative number. Yours gives its absolute value.", "`max(self.data, 0.0)`."): [
                relu_with(lambda x: float(x > 0), abs),
                relu_with(lambda x: math.copysign(1.0, x) if x else 0.0, abs),
            ],
            (
                "Something here should be a tuple of one. `(self)` is only `self`: the comma makes the tuple.",
                "`(self,)` for the parents, and a comma in the local derivative too.",
            ): [
                *(value_with(**dict([pair])) for pair in (*no_comma(True).items(), *no_comma(False).items())),
                value_with(**no_comma(True)),
                value_with(**no_comma(False)),
            ],
            (
                "Every `grad` begins at 0.0: before backward, nothing is known about it.",
                "In `__init__`, `self.grad = 0.0`. Only the end of the graph will get 1, and backward puts it there.",
            ): value_with(grad=1.0),
        }
    ),
    hints=(
        "Every operation has one form: Value(the result, (the parents), (one local derivative for each parent)).",
        "sum: 1 and 1. product: the other factor. exp: the result itself. relu: 1 above 0, else 0.",
    ),
)
