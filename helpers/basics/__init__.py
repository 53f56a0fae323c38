"""What notebooks 02 to 07 build and later ones grow out of: losses, a bigram's loop, backpropagation, AdamW.

Each file holds our version of parts that the learner writes: short, and without the checks of a library.
"""

from helpers.basics.adamw import AdamW
from helpers.basics.autograd import Value, backward, topological_order
from helpers.basics.bigram import fit, generate
from helpers.basics.losses import cross_entropy, softmax
from helpers.basics.mlp import MLP
from helpers.basics.tensors import broadcast_shape
