"""The parts of the learner's own GPT, in the order in which the notebooks write them."""

from typing import NamedTuple


class Part(NamedTuple):
    """One part: its `name` in my_gpt.py, the `exercise` that accepts it, and the `module` where ours stands."""

    name: str
    exercise: str
    module: str

    @property
    def notebook(self):
        """The number of the notebook in which it is written, as "05"."""
        return self.exercise.split(".")[0]

    @property
    def heading(self):
        """The line above it in my_gpt.py, by which it is found there."""
        return f"# ==== {self.name} (notebook {self.notebook}) ===="

    @property
    def ours(self):
        """What stands below the heading as long as the learner has not written the part."""
        return f"from {self.module} import {self.name}  # not yours yet: {self.exercise}"


PARTS = (
    Part("broadcast_shape", "02.3", "helpers.basics.tensors"),
    Part("softmax", "03.2", "helpers.basics.losses"),
    Part("cross_entropy", "03.4", "helpers.basics.losses"),
    Part("CharTokenizer", "04.1", "helpers.text"),
    Part("random_batch", "04.3", "helpers.text"),
    Part("Bigram", "05.1", "helpers.model"),
    Part("fit", "05.3", "helpers.basics.bigram"),
    Part("generate", "05.5", "helpers.basics.bigram"),
    Part("MLP", "06.2", "helpers.basics.mlp"),
    Part("Value", "06.3", "helpers.basics.autograd"),
    Part("topological_order", "06.4", "helpers.basics.autograd"),
    Part("backward", "06.5", "helpers.basics.autograd"),
    Part("AdamW", "07.4", "helpers.basics.adamw"),
)
