"""One picture of the whole GPT, drawn from its sizes, in which the part that a notebook is about stands out."""

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers import checks
from helpers.model import GPTConfig
from helpers.show.picture import BLUE, ORANGE, new_figure

SHAKESPEARE = GPTConfig(vocab_size=84)

# What each part is made of here, and what the title says about it.
PARTS = {
    "tokens": (("text", "tokens", "targets"), "text becomes tokens and batches"),
    "bigram": (("tokens", "shortcut", "logits"), "the shortest way from a token to logits"),
    "embedding": (("embedding",), "every token becomes a vector"),
    "network": (("embedding", "feed-forward"), "tokens as vectors, and a hidden layer"),
    "training": (("targets", "loss", "optimizer"), "the loss and what it changes"),
    "head": (("head",), "one attention head"),
    "attention": (("attention", "head", "heads"), "attention with its {heads}"),
    "block": (("block", "attention", "feed-forward"), "the block that is used {blocks}"),
    "gpt": (("embedding", "block", "attention", "feed-forward", "norm", "logits"), "the whole model"),
    "sampling": (("softmax", "sample", "loop"), "from logits to text"),
}


def gpt_map(part, config=SHAKESPEARE):
    """The way from text through a GPT to the next token, with one part highlighted: a name of PARTS, as "head"."""
    checks.kind("config", config, GPTConfig, "a GPTConfig")
    if not isinstance(part, str) or part not in PARTS:
        raise ValueError(f"There is no part {checks.given(part)} in the picture. There are: {', '.join(PARTS)}.")
    bright, words = PARTS[part]
    words = words.format(heads=count(config.n_head, "head"), blocks=count(config.n_layer, "time"))
    figure, ax = new_figure(f"The whole GPT. In this notebook: {words}", 9.2, 3.1)
    ax.set(xlim=(-1, 107), ylim=(-0.3, 5.1), xticks=[], yticks=[])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(visible=False)
    wide = f"(B, T, {config.n_embd})"
    box(ax, bright, "block", (36, 69.5), (1.95, 4.3), "")
    ax.text(52.7, 4.03, f"block, {count(config.n_layer, 'time')}", ha="center", va="center", fontsize=8)
    for name, columns, label in (
        ("text", (0, 8), "text\n“To be”"),
        ("tokens", (10.5, 20), "tokens\n(B, T)"),
        ("embedding", (22.5, 34), f"embedding\n+ position\n{wide}"),
        ("feed-forward", (56, 68), f"feed-\nforward\n{wide}"),
        ("norm", (72, 78.5), "norm"),
        ("logits", (81, 93), f"logits\n(B, T, {config.vocab_size})"),
    ):
        box(ax, bright, name, columns, (2.2, 3.8), label)
    box(ax, bright, "attention", (37.5, 53.5), (2.2, 3.8), "")
    ax.text(45.5, 3.5, "attention", ha="center", va="center", fontsize=8, weight=weight(bright, "attention"))
    heads(ax, bright, config.n_head)
    box(ax, bright, "softmax", (96, 106), (2.2, 3.05), "softmax")
    box(ax, bright, "sample", (96, 106), (3.25, 4.1), "sample")
    for begin, end in ((8, 10.5), (20, 22.5), (34, 37.5), (53.5, 56), (68, 72), (78.5, 81), (93, 96)):
        arrow(ax, [(begin, 2.7), (end, 2.7)])
    arrow(ax, [(101, 3.0), (101, 3.3)])
    arrow(ax, [(101, 4.1), (101, 4.7), (4, 4.7), (4, 3.8)], "loop" in bright)
    ax.text(20.5, 4.75, "the new token is appended to the text", ha="center", va="bottom", fontsize=8)
    box(ax, bright, "targets", (96, 106), (0, 1.2), "targets y\n(B, T)")
    box(ax, bright, "loss", (81, 93), (0, 1.2), "loss: cross-\nentropy")
    box(ax, bright, "optimizer", (40, 66), (0, 1.2), "optimizer: changes every weight\nby its gradient")
    for path in ([(87, 2.2), (87, 1.2)], [(96, 0.6), (93, 0.6)], [(81, 0.6), (66, 0.6)], [(53, 1.2), (53, 1.95)]):
        arrow(ax, path, "optimizer" in bright)
    if "shortcut" in bright:
        arrow(ax, [(15, 2.2), (15, 1.62), (84, 1.62), (84, 2.2)], True)
        ax.text(17, 1.5, "a bigram: one table, from token to logits", fontsize=8, va="top", color=BLUE)
    figure.alt = in_words(config, words)
    return figure


def in_words(config, words):
    """What there is to see, for who cannot."""
    return (
        f"The whole GPT, as boxes from left to right. Text becomes tokens (B, T); embedding and position make vectors "
        f"of {config.n_embd} numbers; a block of attention with {count(config.n_head, 'head')} and a feed-forward part "
        f"follows, {count(config.n_layer, 'time')}; then a norm, {config.vocab_size} logits for each "
        "position, a softmax, and a sampled token, which is appended to the text. In a row below, for training: "
        "targets and logits give a loss, and an optimizer changes every weight by its gradient. "
        f"Highlighted: {words}."
    )


def count(n, word):
    """A number with its noun, as "1 head" and "4 heads"."""
    return f"{n} {word}" + "s" * (n != 1)


def box(ax, bright, name, columns, rows, label):
    """A box with a label; a highlighted one is coloured, has a thick edge and a bold label."""
    lit = name in bright
    ax.add_patch(
        FancyBboxPatch(
            (columns[0], rows[0]), columns[1] - columns[0], rows[1] - rows[0], boxstyle="round,pad=0,rounding_size=0.3",
            facecolor="#FBE3B3" if lit else "#F4F4F4", edgecolor=BLUE if lit else "#999999",
            linewidth=2 if lit else 0.8, label=name,
        )
    )  # fmt: skip
    middle = (sum(columns) / 2, sum(rows) / 2)
    ax.text(*middle, label, ha="center", va="center", fontsize=8, weight=weight(bright, name), linespacing=1.4)


def weight(bright, name):
    """The weight of a box's label."""
    return "bold" if name in bright else "normal"


def heads(ax, bright, n_head):
    """The heads of an attention as small boxes; of very many, as many as there is room for."""
    drawn = min(n_head, 8)
    step = 14.4 / drawn
    for i in range(drawn):
        lit = "heads" in bright or ("head" in bright and i == 0)
        ax.add_patch(
            FancyBboxPatch(
                (38.3 + i * step, 2.35), step * 0.85, 0.55, boxstyle="round,pad=0,rounding_size=0.2",
                facecolor=ORANGE if lit else "#DDDDDD", edgecolor=BLUE if lit else "#999999",
                linewidth=2 if lit else 0.8, label="head",
            )
        )  # fmt: skip
    name = count(n_head, "head")
    name = f"1 of {name}" if "head" in bright and "heads" not in bright and n_head > 1 else name
    ax.text(45.5, 3.1, name, ha="center", va="center", fontsize=8, weight=weight(bright, "head"))


def arrow(ax, path, lit=False):
    """An arrow along a path of points, with corners."""
    color, width = (BLUE, 2) if lit else ("#666666", 1)
    if len(path) > 2:
        ax.plot(*zip(*path[:-1], strict=True), color=color, linewidth=width, solid_capstyle="butt")
    ax.add_patch(
        FancyArrowPatch(path[-2], path[-1], arrowstyle="-|>", mutation_scale=8, shrinkA=0, shrinkB=0, color=color,
                        linewidth=width)
    )  # fmt: skip
