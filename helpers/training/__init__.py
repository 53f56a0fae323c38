"""Training a model: the loop of notebook 11, grown up, so that a run can be stopped, killed, and taken up again.

`recipe` says how to train, `run` holds the state of one training, `loop` goes round, `checkpoint` keeps it on disk.
"""

from helpers.device import describe, pick_device, seed_everything, synchronize
from helpers.evaluation import eval_mode, evaluate, loss_of
from helpers.paths import checkpoint_path
from helpers.training.checkpoint import load_model, save_model
from helpers.training.first import FirstGPT
from helpers.training.history import History
from helpers.training.keeping import find_run, keep_better
from helpers.training.loop import Step, steps, train
from helpers.training.pretrained import load_or_train
from helpers.training.recipe import PRESETS, Controls, TrainConfig, learning_rate_at, make_optimizer
from helpers.training.run import TrainingDiverged
from helpers.training.storage import CheckpointError
