"""What draws and what moves: pictures from numbers, sliders that redraw them, the training dashboard, the studio.

Everything here takes numbers, texts and models and shows them; nothing here knows an exercise.
"""

from helpers.show.counts import (
    character_bars,
    loss_bars,
    pair_table,
    pair_tables,
    paired_bars,
    surprise_bars,
    window_picture,
    window_question,
)
from helpers.show.dashboard import Dashboard
from helpers.show.depth import first_losses, gradients_by_layer, over_depth, sizes_by_layer
from helpers.show.descent import after_each_step, grouped_bars, journey, loss_by_rate, race, rate_sweep, walks
from helpers.show.distributions import curves, likeliest, logits_and_probabilities, pushes
from helpers.show.gpt_map import gpt_map
from helpers.show.heads import attention_maps, attention_row, calls_in_time, over_doublings, weights_and_costs
from helpers.show.ladder import loss_ladder, text_page
from helpers.show.model_plots import attention_picture, head_table, lens_picture
from helpers.show.networks import computation_graph, embedding_map, two_planes
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
    fit_curve,
    heat_map,
    loss_curve,
    running_mean,
)
from helpers.show.sampled import kept_by_top_p, loss_by_depth, what_each_layer_expects, where_it_looks
from helpers.show.shapes import (
    broadcasting,
    mask_tables,
    number_tables,
    read_shape,
    shape_explorer,
    shape_table,
    slope_search,
)
from helpers.show.strides import memory, memory_picture, stride_explorer, way_to
from helpers.show.studio import Studio
from helpers.show.tensors import call_times, frequencies, histogram, surprise_curve, times_by_size
from helpers.show.training_plots import inside
from helpers.show.typewriter import Typewriter
from helpers.show.widgets import Explorer, choice_slider, slider, text_box
