"""Numbers that remember where they came from, for notebook 06: trials on small computation graphs, and wrong versions."""

import math

from helpers.basics import Value, topological_order
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


def listing(names):
    return ", ".join(sorted(names)) or "none"


def order_of(answer, program, leaves):
    """A trial of a topological order. Many orders are right: what is looked at is what makes one right."""
    values = made(program, leaves)
    names = {id(value): name for name, value in values.items()}
    order = [names[id(value)] for value in answer(values["y"])]
    place = {name: i for i, name in reversed(list(enumerate(order)))}
    pairs = [(n, names[id(parent)]) for n in place for parent in values[n].parents]
    return {
        "the Values that are missing": listing(names.values() - place.keys()),
        "the Values that stand there twice": listing(name for name in place if order.count(name) > 1),
        "the Values that stand before one of their parents": listing({n for n, p in pairs if place.get(p, 0) > place[n]}),
        "whether it is right when it is read backwards": all(place.get(p, 0) > place[n] for n, p in pairs),
    }


def gradients_of(answer, program, leaves):
    """A trial of backward: every grad, in the order in which backward comes to them."""
    values = made(program, leaves)
    answer(values["y"])
    return {f"the grad of {name}": values[name].grad for name in [n for n in values if n not in leaves][::-1] + list(leaves)}


def value_with(name=None, method=None, grad=0.0):
    """A class like Value, with one operation replaced."""

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
    if name:
        setattr(Changed, name, method(Changed))
    return Changed


def relu_with(local, data=lambda x: max(x, 0.0)):
    return value_with("relu", lambda V: lambda self: V(data(self.data), (self,), (local(self.data),)))


def exp_with(local):
    return value_with("exp", lambda V: lambda self: V(math.exp(self.data), (self,), (local(self.data),)))


def times(parents=lambda a, b: (a, b), local=lambda a, b: (b.data, a.data)):
    return value_with("__mul__", lambda V: lambda a, b: V(a.data * b.data, parents(a, b), local(a, b)))


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
            ): value_with("__mul__", lambda V: lambda a, b: V(a.data * b.data)),
            (
                "The product is a plain number. It has to be a Value again, with parents and local derivatives.",
                "Wrap the number: `Value(number, parents, local)`.",
            ): value_with("__mul__", lambda V: lambda a, b: a.data * b.data),
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
                value_with("exp", lambda V: lambda self: V(math.exp(self.data), (self), (math.exp(self.data),))),
                value_with("exp", lambda V: lambda self: V(math.exp(self.data), (self,), (math.exp(self.data)))),
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


def visited(parents_first=True, ends=True, remember=id):
    """A depth-first order, right as it stands; each argument spoils one part of it."""

    def order(end):
        found, seen = [], set()

        def visit(value):
            if remember and remember(value) in seen:
                return
            seen.add(remember(value) if remember else None)
            if not parents_first:
                found.append(value)
            for parent in value.parents:
                visit(parent)
            if parents_first:
                found.append(value)

        visit(end)
        return found if ends else found[:-1]

    return order


def by_level(end):
    found = [end]
    for value in found:
        found += [parent for i, parent in enumerate(value.parents) if parent not in found and parent not in value.parents[:i]]
    return found


ORDER = Exercise(
    "Every Value comes once, and after all that it depends on. Read backwards, no Value comes before its gradient is complete.",
    part="topological_order",
    right=topological_order,
    run=order_of,
    cases=lambda g: GRAPHS,
    mistakes=listed(
        {
            (
                "A Value that is used twice is visited twice. How could you notice that you have been there?",
                "Keep a set of the Values that were visited, and return at once where one of them comes again.",
            ): visited(remember=None),
            (
                "The end stands first in your list, and its parents behind it. Which should be added first?",
                "Visit the parents first. Append the value after the loop.",
            ): [visited(False), visited(False, remember=None)],
            (
                "The order is right, but the wrong way round: parents come before what is computed from them.",
                "No need for `reversed` here. Backward will reverse the list.",
            ): lambda end: visited()(end)[::-1],
            ("The end itself is missing.", "Append every Value that you visit, the end as well."): visited(ends=False),
            (
                "You collect the end and its parents. What about the parents of the parents?",
                "Let a function `visit(value)` call itself for each parent.",
            ): [lambda end: [*dict.fromkeys(end.parents), end], lambda end: [*end.parents, end]],
            (
                "You compare Values by their number. Two different Values can hold the same number.",
                "Put the Value itself into `seen`, not its `data`.",
            ): visited(remember=lambda value: value.data),
            (
                "Going level by level fails where one Value is reached on a short and on a long way.",
                "Go down one parent to the very bottom before the next: a function that calls itself does that.",
            ): [lambda end: by_level(end)[::-1], by_level],
            (
                "Only the Values without parents are in your list. The ones in between belong there too.",
                "Append every Value that you visit, whether it has parents or not.",
            ): lambda end: [value for value in visited()(end) if not value.parents],
        }
    ),
    hints=(
        "Write an inner function `visit(value)`: if it was not seen, remember it, visit its parents, append it.",
        "`visit` is called once from outside, with `end`, and from inside for each of `value.parents`.",
    ),
)
