"""A training run as one picture that is drawn again and again: losses, learning rate, and what each block does.

Drawing axes, ticks and names takes most of the time, and they hardly ever change. So they are drawn once and kept,
and a new picture is the kept one with the curves painted over it: a quarter of the time.
"""

import io
import math

from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ticker import MaxNLocator
from PIL import Image

from helpers.show import picture, plots
from helpers.show.taking import takes

TICKS = [1, 2, 2.5, 5, 10]
PANELS = {  # the small ones: what stands above each, and the columns of the history that it shows
    "learning rate": ("learning_rate", None),
    "gradient norm": ("grad_norm", "block_grad_norms"),
    "size of the stream (RMS)": (None, "block_stream_sizes"),
}


def block_colors(n):
    """A colour for each of `n` blocks, from dark (the first) to bright (the last)."""
    return [colormaps["viridis"](0.85 * i / max(1, n - 1)) for i in range(n)]


def count_blocks(history):
    """Of how many blocks a History tells; 0 for models without blocks."""
    return max(len(history.last(name) or []) for name in ("block_grad_norms", "block_stream_sizes"))


def by_block(history, name):
    """The steps, and for each block its values of the column `name`: lists of equal length."""
    steps, rows = history.series(name)
    return steps, [list(values) for values in zip(*rows, strict=True)]


@takes(history="history")
def inside(history, title):
    """For each block, over the steps: the norm of its gradients, and the size of the residual stream behind it."""
    figure, axes = picture.new_figure(title, height=2.9, columns=2)
    for ax, name in zip(axes, list(PANELS)[1:], strict=True):
        steps, values = by_block(history, PANELS[name][1])
        for i, color in enumerate(block_colors(len(values))):
            ax.plot(steps, values[i], color=color, linewidth=1.2, label=f"block {i + 1}")
        ax.set(xlabel="step", ylabel=name)
        ax.set_ylim(bottom=0)
    if axes[1].lines:
        axes[1].legend(fontsize=8, loc="lower right", framealpha=1.0, edgecolor="none")
    figure.alt = f"{title}. Two panels over the training steps, a line for each block: {', '.join(list(PANELS)[1:])}."
    return figure


class TrainingPicture:
    """The picture of one run of `steps` steps: the losses above their `baselines`, and the small panels below."""

    def __init__(self, title, baselines, steps, limit=None):
        self.baselines, self.limit, self.steps, self.kept, self.seen = baselines, limit, max(1, steps), None, None
        self.figure = picture.Picture(figsize=(7.6, 5.4), dpi=picture.DPI)
        self.canvas = FigureCanvasAgg(self.figure)
        self.figure.suptitle(title, fontsize=11, fontweight="bold", x=0.01, ha="left")
        grid = self.figure.add_gridspec(
            2, 3, height_ratios=[2, 1], left=0.075, right=0.975, top=0.93, bottom=0.085, hspace=0.42, wspace=0.28
        )
        self.loss = picture.style(self.figure.add_subplot(grid[0, :]))
        room = self.loss.get_position()  # at the right, for the names of the baselines
        self.loss.set_position([room.x0, room.y0, room.width - 0.1, room.height])
        self.small = [picture.style(self.figure.add_subplot(grid[1, i])) for i in range(3)]
        for ax, name in zip(self.small, PANELS, strict=True):
            ax.set_title(name, fontsize=9, loc="left")
            ax.tick_params(labelsize=7.5)
        for ax in (self.loss, *self.small):
            ax.set_xlabel("step", fontsize=8, labelpad=1)
            ax.xaxis.set_major_locator(MaxNLocator(6 if ax is self.loss else 3, integer=True, steps=TICKS))
            ax.yaxis.set_major_locator(MaxNLocator(6 if ax is self.loss else 4, steps=TICKS))
        self.loss.set_ylabel("nats per token")
        self.curves = {
            "train_loss": self.curve(self.loss, color=picture.SKY, linewidth=0.9, label="training"),
            "val_loss": self.curve(self.loss, color=picture.BLUE, linewidth=2.2, marker="o", markersize=4),
            "learning_rate": self.curve(self.small[0], color=picture.BLUE, linewidth=1.4),
            "grad_norm": self.curve(self.small[1], color=picture.GREY, linewidth=0.9, label="all"),
        }
        self.curves["val_loss"].set_label("validation")
        plots.draw_baselines(self.loss, baselines, limit)
        self.loss.legend(fontsize=8, loc="upper right", bbox_to_anchor=(1.0, 0.93), framealpha=1.0, edgecolor="none")
        self.blocks = {}  # column of the history -> a curve for each block

    def curve(self, ax, **look):
        """An empty curve that is left out where the axes are drawn to be kept."""
        return ax.plot([], [], animated=True, **look)[0]

    def update(self, history):
        """Take in the history as it stands."""
        for name, curve in self.curves.items():
            curve.set_data(*history.series(name))
        self.curves["val_loss"].set_marker("o" if len(self.curves["val_loss"].get_xdata()) < 30 else "")
        n = count_blocks(history)
        if n and not self.blocks:
            for ax, name in ((self.small[1], "block_grad_norms"), (self.small[2], "block_stream_sizes")):
                self.blocks[name] = [
                    self.curve(ax, color=color, linewidth=1.1, label=f"block {i + 1}")
                    for i, color in enumerate(block_colors(n))
                ]
            handles = [self.curves["grad_norm"], *self.blocks["block_grad_norms"]]
            some = handles if n <= 3 else [*handles[:2], handles[-1]]  # the first and the last say which way it goes
            self.small[1].legend(handles=some, fontsize=7, loc="upper right", framealpha=1.0, edgecolor="none")
        for name, curves in self.blocks.items():
            steps, values = by_block(history, name)
            for curve, ys in zip(curves, values, strict=False):
                curve.set_data(steps, ys)
        self.fit(history.step[-1])

    def fit(self, step):
        """Limits that hold all values, rounded, so that they seldom change; at first a sixteenth of the steps."""
        for ax in (self.loss, *self.small):
            ax.set_xlim(0, next((self.steps / part for part in (16, 8, 4, 2) if step * part <= self.steps), self.steps))
        values = [y for name in ("train_loss", "val_loss") for y in self.curves[name].get_ydata()]
        lines = [*self.baselines.values()] if self.limit is None else [*self.baselines.values(), self.limit]
        values = [y for y in [*values, *lines] if math.isfinite(y)] or [0, 1]
        self.loss.set_ylim(math.floor(4 * min(values) - 0.2) / 4, math.ceil(4 * max(values) + 0.2) / 4)
        for ax in self.small:
            values = [y for line in ax.lines for y in line.get_ydata() if math.isfinite(y)]
            ax.set_ylim(0, rounded_up(1.05 * max(values, default=1.0)))

    def quick_png(self, history):
        """The picture as PNG bytes, in little time: larger than `picture.png` makes them, and the same to look at."""
        self.update(history)
        seen = [(ax.get_xlim(), ax.get_ylim()) for ax in (self.loss, *self.small)], bool(self.blocks)
        if seen != self.seen:
            self.canvas.draw()  # without the curves, which are animated
            self.kept, self.seen = self.canvas.copy_from_bbox(self.figure.bbox), seen
        self.canvas.restore_region(self.kept)
        for ax in (self.loss, *self.small):
            for line in ax.lines:
                if line.get_animated():
                    ax.draw_artist(line)
        buffer = io.BytesIO()
        image = Image.frombuffer("RGBA", self.canvas.get_width_height(), self.canvas.buffer_rgba())
        image.convert("RGB").save(buffer, format="png", compress_level=1)
        return buffer.getvalue()

    def png(self, history):
        """The picture as PNG bytes, small enough to be stored."""
        self.update(history)
        self.seen = None  # what was kept has been drawn over
        return picture.png(self.figure)


def rounded_up(value):
    """The next of 1, 1.5, 2, 3, 5, 7 times a power of ten: an upper limit that stays for a while."""
    if not value > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in (1, 1.5, 2, 3, 5, 7) if step * power >= value), 10 * power)
