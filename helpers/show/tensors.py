"""Pictures of random numbers and of measured times; and the curve of the loss."""

import statistics

import numpy as np

from helpers.show.distributions import curves
from helpers.show.picture import BLUE, GREY, new_figure
from helpers.show.taking import takes


@takes(values="(N,)", bins="count")
def histogram(values, title, xlabel, bins=60, height=2.4, alt=""):
    """How often numbers fall into each of `bins` equal intervals. values: (N,)."""
    values = np.asarray(values, dtype=float)
    figure, ax = new_figure(title, height=height)
    counts, edges, _ = ax.hist(values, bins=bins, color=BLUE)
    ax.set(xlabel=xlabel, ylabel="how often")
    low, high = np.quantile(values, [0.25, 0.75])
    top = int(np.argmax(counts))
    figure.alt = alt or (
        f"{title}. A histogram of {len(values):,} numbers from {values.min():.1f} to {values.max():.1f}, {bins} bars. "
        f"The tallest stands near {(edges[top] + edges[top + 1]) / 2:.1f}, and the middle half of the numbers lies "
        f"between {low:.2f} and {high:.2f}."
    )
    return figure


@takes(shares="number -> (K,)", probabilities="(K,)")
def frequencies(shares, probabilities, title, alt=""):
    """How often each index was drawn, over the number of draws, beside dashed lines at the probabilities.

    shares: number of draws -> (K,), the share of each index. probabilities: (K,).
    """
    draws, lines = list(shares), np.stack([np.asarray(row, dtype=float) for row in shares.values()], axis=1)
    probabilities = np.asarray(probabilities, dtype=float)
    figure, ax = new_figure(title, height=2.8)
    for i, (line, probability) in enumerate(zip(lines, probabilities, strict=True)):
        ax.plot(draws, line, "o-", markersize=4, label=f"index {i}")
        ax.axhline(probability, color=GREY, linestyle="--", linewidth=1)
        ax.annotate(f"index {i}", (draws[-1], probability), xytext=(8, 4), textcoords="offset points", fontsize=9)
    ax.set(xscale="log", xlim=(0.8 * draws[0], 3 * draws[-1]), xlabel="number of draws", ylabel="share of the draws")
    far, near = (np.abs(lines[:, place] - probabilities).max() for place in (0, -1))
    figure.alt = alt or (
        f"{title}. A line for each of {len(lines)} indices, its share of the draws over their number on a logarithmic "
        f"axis, beside a dashed line at its probability: {', '.join(f'{p:g}' for p in probabilities)}. "
        f"With {draws[0]:,} draws the farthest line is {far:.3f} away, with {draws[-1]:,} it is {near:.3f}."
    )
    return figure


@takes(seconds="(N,)")
def call_times(seconds, title, alt=""):
    """The time of each call as a dot on a logarithmic axis, beside a dashed line at the median. seconds: (N,)."""
    times = [1e6 * second for second in seconds]
    median, slowest = statistics.median(times), max(range(len(times)), key=times.__getitem__)
    figure, ax = new_figure(title, height=2.6)
    ax.plot(range(1, len(times) + 1), times, "o")
    ax.axhline(median, color=GREY, linestyle="--", linewidth=1)
    ax.annotate("median", (len(times) + 0.3, median), fontsize=9, va="bottom", annotation_clip=False)
    ax.set(yscale="log", xlabel="call", ylabel="microseconds")
    ax.set_xticks(range(1, len(times) + 1))
    figure.alt = alt or (
        f"{title}. A dot for each call, its microseconds on a logarithmic axis. The first took {times[0]:,.1f}, "
        f"the slowest, call {slowest + 1}, {times[slowest]:,.1f}. A dashed line marks the median, {median:,.1f}."
    )
    return figure


@takes(sizes="(N,)", seconds="name -> (N,)")
def times_by_size(sizes, seconds, title, xlabel, alt=""):
    """The times of two ways to do one thing over its size, both axes logarithmic.

    sizes: (N,). seconds: name -> (N,), two of them. A dashed line stands at the first size where the second is faster.
    """
    figure, ax = new_figure(title, height=3.2)
    (_, first), (two, second) = seconds.items()
    for (name, times), look in zip(seconds.items(), ("o-", "s-"), strict=True):
        ax.loglog(sizes, [1e6 * t for t in times], look, markersize=4, label=name)
    wins = [size for size, a, b in zip(sizes, first, second, strict=True) if b < a]
    if wins:
        label = f"first size where {two} wins: {wins[0]:,}"
        ax.axvline(wins[0], color=GREY, linestyle="--", linewidth=1, label=label)
    ax.set(xlabel=xlabel, ylabel="microseconds, best call")
    ax.legend(fontsize=9, loc="upper left")
    ends = "; ".join(f"{name}, from {1e6 * t[0]:,.2g} to {1e6 * t[-1]:,.4g}" for name, t in seconds.items())
    words = f"{title}. Two curves on logarithmic axes, microseconds over {xlabel} (from {sizes[0]:,} on): {ends}."
    if wins:
        words += f" A dashed line at {wins[0]:,}: there '{two}' is faster for the first time."
    figure.alt = alt or words
    return figure


@takes(probability="number", loss="number")
def surprise_curve(probability, loss, alt=""):
    """The loss over the probability of what came, and a dot at one probability with its loss."""
    grid = np.arange(1, 201) / 200
    losses = -np.log(grid)
    title = "The less likely the model thought it, the more it costs"
    words = (
        f"{title}. A curve of the loss over the probability that the model gave to the character that came. It falls "
        f"from {losses[0]:.1f} nats at {grid[0]:g} to 0 at 1, steep at first and then flat. A dot stands on it at "
        f"{probability:.2f}."
    )
    xlabel = "probability that the model gave to the character that came"
    return curves(grid, losses, title, xlabel, "loss in nats", dot=(probability, loss), alt=alt or words)
