"""What training leaves behind: the numbers of a run, step by step."""

from dataclasses import dataclass, field


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
        for name, values in vars(self).items():
            values.append(row.get(name))

    def series(self, name, over="step"):
        """Two lists, `over` and `name`, of the entries where `name` was measured."""
        pairs = [(x, y) for x, y in zip(getattr(self, over), getattr(self, name), strict=True) if y is not None]
        return [x for x, _ in pairs], [y for _, y in pairs]

    def last(self, name):
        """The newest measured value of `name`, or None."""
        return next((value for value in reversed(getattr(self, name)) if value is not None), None)
