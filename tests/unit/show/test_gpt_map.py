"""The picture of the whole GPT: one part stands out, the sizes are those of the config, nothing lies on another."""

import itertools

import pytest

from helpers import show
from helpers.model import GPTConfig
from helpers.show.gpt_map import PARTS


def lit(figure):
    """The labels of the boxes with a thick edge."""
    return [
        box.get_label() for box in figure.axes[0].patches if hasattr(box, "get_boxstyle") and box.get_linewidth() == 2
    ]


def words(figure):
    return " ".join(text.get_text() for text in figure.axes[0].texts)


@pytest.mark.parametrize(
    "part, expected",
    [
        ("tokens", {"text", "tokens", "targets"}),
        ("network", {"embedding", "feed-forward"}),
        ("bigram", {"tokens", "logits"}),
        ("embedding", {"embedding"}),
        ("training", {"targets", "loss", "optimizer"}),
        ("head", {"head"}),
        ("attention", {"attention", "head"}),
        ("block", {"block", "attention", "feed-forward"}),
        ("gpt", {"embedding", "block", "attention", "feed-forward", "norm", "logits"}),
        ("sampling", {"softmax", "sample"}),
    ],
)
def test_the_named_part_stands_out(part, expected):
    figure = show.gpt_map(part)
    assert set(lit(figure)) == expected
    assert figure.alt.endswith(f"Highlighted: {figure.get_suptitle().split(': ', 1)[1]}.")
    assert ("one table" in words(figure)) == (part == "bigram")


def test_one_head_of_several_or_all_of_them():
    assert lit(show.gpt_map("head")).count("head") == 1 and "1 of 4 heads" in words(show.gpt_map("head"))
    assert lit(show.gpt_map("attention")).count("head") == 4


def test_the_sizes_are_those_of_the_config():
    figure = show.gpt_map("gpt", GPTConfig(vocab_size=45, n_layer=1, n_head=1, n_embd=24))
    for size in ("(B, T, 24)", "(B, T, 45)", "block, 1 time", "1 head"):
        assert size in words(figure)
    for said in ("vectors of 24 numbers", "1 head and", "1 time;", "45 logits"):
        assert said in figure.alt
    assert "1 heads" not in words(figure) + figure.alt and "1 times" not in words(figure) + figure.alt
    many = show.gpt_map("attention", GPTConfig(vocab_size=50_257, n_layer=12, n_head=12, n_embd=768))
    assert lit(many).count("head") == 8 and "its 12 heads" in many.alt and "block, 12 times" in words(many)


def test_an_unknown_part_is_named():
    with pytest.raises(ValueError, match="no part 'mlp' .*tokens, bigram"):
        show.gpt_map("mlp")


@pytest.mark.parametrize("part", PARTS)
def test_no_label_lies_on_another(part):
    figure = show.gpt_map(part, GPTConfig(vocab_size=50_257, n_layer=12, n_head=12, n_embd=768))  # the longest labels
    figure.draw_without_rendering()
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    places = [text.get_window_extent() for text in texts]
    for (a, first), (b, second) in itertools.combinations(zip(texts, places, strict=True), 2):
        assert not first.overlaps(second), (a.get_text(), b.get_text())
    assert all(place.x0 >= 0 and place.x1 <= figure.bbox.x1 for place in places)
    boxes = {box.get_label(): box.get_window_extent() for box in figure.axes[0].patches if hasattr(box, "get_boxstyle")}
    for text, place in zip(texts, places, strict=True):
        around = [box for box in boxes.values() if box.contains(*place.get_points().mean(axis=0))]
        assert all(box.x0 < place.x0 and place.x1 < box.x1 for box in around), text.get_text()
