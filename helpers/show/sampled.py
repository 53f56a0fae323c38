"""Pictures of what sampling leaves of a choice, and, for Explorers, of what goes on inside of a GPT."""

from helpers.show.model_plots import attention_picture, lens_picture
from helpers.show.picture import BLUE, GREY, new_figure, visible
from helpers.show.plots import draw_baselines
from helpers.show.taking import takes


@takes(shares="(N,)", top_k="count")
def kept_by_top_p(shares, top_k, title):
    """Bars of the share of positions at which a filter keeps 1, 2, ... characters, and the one number that top-k keeps.

    shares: (N,), the first for one character. top_k: where a dashed line stands.
    """
    shares = [float(share) for share in shares]
    figure, ax = new_figure(title)
    ax.bar(range(1, len(shares) + 1), shares, color=BLUE)
    ax.axvline(top_k, color=GREY, linestyle="--", linewidth=1)
    ax.text(top_k + 0.3, 0.95 * max(shares), f"top-k {top_k}", fontsize=8, color="#444444")
    ax.set(xlabel="characters that are left", ylabel="share of the positions")
    highest = shares.index(max(shares)) + 1
    figure.alt = (
        f"{title}. Bars over the number of characters that are left, from 1 to {len(shares)}. The highest bar "
        f"stands at {highest}, with a share of {max(shares):.2f}. A dashed line marks top-k {top_k}: the bars up to it "
        f"hold {sum(shares[:top_k]):.2f} of the positions, and those beyond it {sum(shares[top_k:]):.2f}."
    )
    return figure


def depth_names(n):
    """What the rows of a residual stream are called, before the first block and after each: n names."""
    return ["embedding", *(f"block {number}" for number in range(1, n))]


@takes(losses="(N,)", baselines="name -> number")
def loss_by_depth(losses, baselines, title):
    """A bar with its value for the loss before any block and after each, beside dashed baselines (name -> nats).

    losses: (L + 1,), the first before any block.
    """
    losses, names = [float(loss) for loss in losses], depth_names(len(losses))
    figure, ax = new_figure(title)
    ax.bar_label(ax.bar(names, losses, color=BLUE, width=0.5), fmt="%.2f", fontsize=9, padding=2)
    draw_baselines(ax, baselines)
    ax.set(ylabel="nats per character", ylim=(0, 1.15 * max(*losses, *baselines.values())))
    bars = ", ".join(f"{name} {loss:.2f}" for name, loss in zip(names, losses, strict=True))
    lines = ", ".join(f"{name} {loss:.2f}" for name, loss in baselines.items())
    figure.alt = f"{title}. One bar for each depth, in nats per character: {bars}. Dashed lines: {lines}."
    return figure


@takes(weights="(T, T)", text="text")
def where_it_looks(weights, text, name):
    """For an Explorer: the weights of one head as a map and as arcs, and where the last character looks most.

    weights: (T, T), one row for each character that looks. text: its last T characters are those that were read.
    """
    T = len(weights)
    if len(text) < T:
        raise ValueError(f"text is {text!r}; it must have the {T} characters that were read, or more.")
    read, last = text[-T:], [float(weight) for weight in weights[-1]]
    strongest = last.index(max(last))
    caption = (
        f"{name}: the last character, {visible(read[-1])}, looks most at {visible(read[strongest])} "
        f"(position {strongest}), with weight {last[strongest]:.2f}."
    )
    if len(text) > T:
        caption += f" Only the last {T} of {len(text)} characters fit into the context."
    return attention_picture(weights, read, f"Where it looks: {name}"), caption


@takes(text="text", best="L of T labels", shares="(L, T)")
def what_each_layer_expects(text, best, shares):
    """For an Explorer: the character that each layer expects at each position, and how often each is right.

    text: its last T characters are those that were read. best: a string of T characters for each of L + 1 depths.
    shares: (L + 1, T), their probabilities.
    """
    T = len(best[0])
    if T < 2:
        raise ValueError("Type at least two characters, so that there is something to expect.")
    read = text[-T:]
    right = [sum(a == b for a, b in zip(row, read[1:], strict=False)) for row in best]
    counts = ", ".join(f"{name} {n} of {T - 1}" for name, n in zip(depth_names(len(best)), right, strict=True))
    return lens_picture(read, best, shares, "What each layer expects to come next"), f"Right: {counts}."
