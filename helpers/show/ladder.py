"""Pictures of several models beside each other, and of the text that one of them writes."""

from helpers.show.picture import CYCLE, new_figure
from helpers.show.plots import draw_baselines
from helpers.show.taking import takes


@takes(curves="name -> (2, *)", baselines="baselines", limit="number", per="number")
def loss_ladder(curves, baselines, title, limit=None, over="step", per=1, height=3.8):
    """The validation losses of several models over one axis, beside dashed baselines and a solid limit.

    curves: name -> (x, losses), two lists of equal length. `over` names the axis; its numbers are x divided by `per`.
    A model that was measured more often than another would seem to fall faster, so a curve has points only where all
    were measured.
    """
    shared = set.intersection(*(set(x) for x, _ in curves.values()))
    figure, ax = new_figure(title, height=height)
    said = [f"{title}. A line for the validation loss of each model, in nats per token. Horizontal axis: {over}."]
    for (name, (x, losses)), color in zip(curves.items(), CYCLE, strict=False):
        x, losses = zip(*((value, loss) for value, loss in zip(x, losses, strict=True) if value in shared), strict=True)
        ax.plot([value / per for value in x], losses, "o-", color=color, markersize=3, label=name)
        said.append(f"{name}: from {losses[0]:.2f} to {losses[-1]:.2f}.")
    draw_baselines(ax, baselines, limit)
    ax.set(xlabel=over, ylabel="nats per token")
    ax.legend(fontsize=8, loc="upper right", framealpha=1.0, edgecolor="none")
    said.append(f"Dashed lines: {', '.join(f'{name} {value:.2f}' for name, value in baselines.items())}.")
    if limit is not None:
        said.append(f"A solid line marks the limit, {limit:.2f}.")
    figure.alt = " ".join(said)
    return figure


WIDTH = 86  # letters on a line of a page


@takes(text="text")
def text_page(text, title, height=3.2):
    """A text as a picture, in letters of equal width, its line breaks where they are and long lines wrapped."""
    figure, ax = new_figure(title, height=height)
    lines = [line[i : i + WIDTH] for line in text.split("\n") for i in range(0, max(1, len(line)), WIDTH)]
    page = ax.text(0, 1, "\n".join(lines), family="DejaVu Sans Mono", fontsize=9, va="top", parse_math=False)
    page.set_in_layout(False)  # a text that is higher than the page runs out of it, and takes no room from it
    ax.axis("off")
    figure.alt = f"{title}. A page of {len(text)} characters: {text}"
    return figure
