"""Topological orders, for notebook 06: what makes one right, and how they go wrong."""

from helpers.basics import topological_order
from helpers.workbook.questions import Exercise, listed
from helpers.workbook.questions.graphs import GRAPHS, made


def listing(names):
    return ", ".join(sorted(names)) or "none"


def order_of(answer, program, leaves):
    """A trial of a topological order. Many orders are right: what is looked at is what makes one right."""
    values = made(program, leaves)
    names = {id(value): name for name, value in values.items()}
    found = answer(values["y"])
    if not isinstance(found, (list, tuple)):
        return {"the kind of the result": type(found).__name__}
    if strange := [type(value).__name__ for value in found if id(value) not in names]:
        return {"the kind of the result": f"list with a {strange[0]} in it"}
    order = [names[id(value)] for value in found]
    place = {name: i for i, name in reversed(list(enumerate(order)))}
    pairs = [(n, names[id(parent)]) for n in place for parent in values[n].parents]
    return {
        "the kind of the result": "list",
        "the Values that are missing": listing(names.values() - place.keys()),
        "the Values that stand there twice": listing(name for name in place if order.count(name) > 1),
        "the Values that stand before one of their parents": listing({n for n, p in pairs if place.get(p, 0) > place[n]}),
        "whether it is right when it is read backwards": all(place.get(p, 0) > place[n] for n, p in pairs),
    }


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
                "Your function gives nothing back. What should stand in its last line?",
                "`return` the list, outside of `visit`, after `visit(end)`.",
            ): lambda end: [].append(end),
            (
                "Your list is empty. Is `visit` ever called from outside?",
                "Call `visit(end)` once, below the inner function and before `return`.",
            ): lambda end: [],
            (
                "Your list holds numbers. It should hold the Values themselves, because backward needs their `grad` and `parents`.",
                "Append `value`, without `.data`.",
            ): [lambda end: [value.data for value in visited()(end)], lambda end: [value.data for value in visited(False)(end)]],
            (
                "A set has no order. You need a list beside it.",
                "Append to a list, and keep the set only for looking up what was visited.",
            ): lambda end: set(visited()(end)),
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
                "You append a Value before its parents, and reverse the list in the end. That fails where there is a short and a long way.",
                "Visit the parents first, append afterwards, and leave the list as it is.",
            ): lambda end: visited(False)(end)[::-1],
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
