"""What draws and what moves: pictures from numbers, sliders that redraw them, the training dashboard, the studio.

Everything here takes numbers, texts and models and shows them; nothing here knows an exercise.
"""

from helpers.show.dashboard import Dashboard
from helpers.show.model_plots import attention_picture, head_table, lens_picture
from helpers.show.picture import (
    BLUE,
    CYCLE,
    DPI,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    Picture,
    new_figure,
    png,
    style,
    visible,
)
from helpers.show.plots import (
    bars,
    draw_baselines,
    heat_map,
    loss_curve,
    memory_picture,
    running_mean,
    shape_table,
    window_picture,
)
from helpers.show.studio import Studio
from helpers.show.training_plots import inside
from helpers.show.widgets import Explorer, choice_slider, slider, text_box

__all__ = [name for name in dir() if not name.startswith("_")]
