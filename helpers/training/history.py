"""What training leaves behind: the numbers of a run, step by step."""

import numbers
from dataclasses import dataclass, field

from helpers import checks


@dataclass
class History:
    """What training left behind, one entry per logged step in each list. `val_loss` is None where not measured.

    Losses and `grad_norm` are means since the entry before. What stands of the blocks is a list with a number for
    each, of that one step: the norm of its gradients, as they were before clipping, and the root mean square of the
    residual stream behind it. It is None for models without blocks. `learning_rate` is the one that was used.
    """

    step: list = field(default_factory=list)
    tokens: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    train_loss: list = field(default_factory=list)
    val_loss: list = field(default_factory=list)
    learning_rate: list = field(default_factory=list)
    grad_norm: list = field(default_factory=list)
    block_grad_norms: list = field(default_factory=list)
    block_stream_sizes: list = field(default_factory=list)

    def append(self, **row):
        """Add an entry. Its step lies behind the newest one: two runs in one history could not be told apart."""
        for name, value in row.items():
            self._column(name)
            number = isinstance(value, numbers.Real) and not isinstance(value, bool)
            number = number or getattr(value, "shape", None) == ()  # a loss on a device, which nobody has waited for
            if not number and not isinstance(value, (list, type(None))):
                raise ValueError(f"{name} is {checks.said(value)}; it must be a number, as loss.item(), or None.")
        step, newest = row.get("step"), self.last("step")
        if step is not None and checks.integer("step", step) <= (-1 if newest is None else newest):
            raise ValueError(f"step is {step}, and there is an entry for {newest}. A new run needs a new History().")
        for name, values in vars(self).items():
            values.append(row.get(name))

    def series(self, name, over="step"):
        """Two lists, `over` and `name`, of the entries where `name` was measured."""
        pairs = zip(self._column(over), self._column(name), strict=True)
        pairs = [(x, y) for x, y in pairs if y is not None]
        return [x for x, _ in pairs], [y for _, y in pairs]

    def last(self, name):
        """The newest measured value of `name`, or None."""
        return next((value for value in reversed(self._column(name)) if value is not None), None)

    def _column(self, name):
        """The list of that name; a ValueError says which there are."""
        if not isinstance(name, str) or name not in vars(self):
            raise ValueError(f"{checks.said(name)} is no column of a History. There are: {', '.join(vars(self))}.")
        return vars(self)[name]
