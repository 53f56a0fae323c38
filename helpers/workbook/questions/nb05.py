"""The exercises of notebook 05: the table, its loss and its training stand in `nb05_table`, writing stands here."""

import torch.nn.functional as F

from helpers.basics.bigram import generate
from helpers.workbook.questions import Exercise, listed, randn
from helpers.workbook.questions import nb05_wrong as wrong
from helpers.workbook.questions.nb05_table import BIGRAM, FIT, LOSS
from helpers.workbook.questions.nb05_trials import generate_trial, settings, token_trial

TOKEN = Exercise(
    "One token for each text of the batch, drawn from what the last position predicts.",
    right=wrong.token_with(),
    run=token_trial,
    cases=lambda g: [(2 * randn(g, *shape),) for shape in ((2, 3, 4), (1, 4, 9), (8, 5, 6), (6, 6, 5))],
    mistakes=listed(
        {
            (
                "Your function gives back None. Is there a `return`?",
                "Return the tokens that were drawn.",
            ): wrong.drawn_in_vain,
            (
                "The third argument of `multinomial` is another one, so the generator needs its name.",
                "Hand it over as `generator=`.",
            ): wrong.generator_third,
            (
                "`multinomial` draws from rows, and you give it three dimensions. Which position is to be continued?",
                "Take the logits of the last position first: (B, T, V) becomes (B, V).",
            ): wrong.token_with(place=lambda z: z),
            (
                "You take the likeliest token. A draw sometimes gives another one.",
                "`torch.multinomial` draws an index by its probability.",
            ): wrong.likeliest,
            (
                "You continue from the first position. Which position has seen the whole text?",
                "The last entry along time has the index -1.",
            ): wrong.token_with(place=lambda z: z[:, 0]),
            (
                "That is the last character of the vocabulary, not the last position.",
                "Logits are (B, T, V), so time is the second dimension.",
            ): wrong.token_with(place=lambda z: z[..., -1]),
            (
                "That is the last text of the batch. You need the last position of each text.",
                "Time is the second dimension: keep all of the first.",
            ): wrong.token_with(place=lambda z: z[-1]),
            (
                "Your softmax runs over the batch, so the texts share one unit of probability. Along which dimension do the tokens lie?",
                "The probabilities of the V tokens have to sum to 1 in each row: the last dimension.",
            ): wrong.token_with(weights=lambda z: F.softmax(z, dim=0)),
            (
                "`multinomial` wants probabilities, and logits can be negative.",
                "Turn the logits into probabilities first.",
            ): wrong.token_with(weights=lambda z: z),
            (
                "The generator that you are given has no effect, so the same seed would give another text every time.",
                "`multinomial` has an argument for it.",
            ): wrong.token_with(seeded=False),
            (
                "The right tokens in the wrong shape: (B, 1) can be joined to (B, T) later.",
                "Keep the dimension that `multinomial` gives.",
            ): [wrong.token_with(shape=lambda t: t[:, 0]), wrong.token_with(shape=lambda t: t.squeeze())],
            (
                "All texts of the batch get one and the same token. Each has logits of its own.",
                "`multinomial` takes a matrix, and draws once for each of its rows.",
            ): wrong.one_for_all,
        }
    ),
    hints=(
        "Three steps: the logits of the last position, (B, V); their probabilities; one draw for each row.",
        "`logits[:, -1]`, then a softmax along the last dimension, then `torch.multinomial` with 1 draw and the generator.",
    ),
)

GENERATE = Exercise(
    "generate is yours: every draw is that of ours, and long texts are cut to the context.",
    part="generate",
    right=generate,
    run=generate_trial,
    cases=settings(
        "{1} texts of {2} characters, {3} new ones and a context of {4},", (5, 2, 3, 4, 9), (7, 3, 6, 5, 4), (4, 1, 1, 6, 3), (5, 4, 3, 2, 2), (6, 4, 2, 0, 2)
    ),
    mistakes=listed(
        {
            (
                "Your function gives back None. Is there a `return` below the loop?",
                "Return `idx` as it is after the last round.",
            ): wrong.written_in_vain,
            (
                "The third argument of `multinomial` is another one, so the generator needs its name.",
                "Hand it over as `generator=`.",
            ): wrong.generate_with(wrong.generator_third),
            (
                "`multinomial` draws from rows, and you give it three dimensions. Which position is to be continued?",
                "Take the logits of the last position first: (B, T, V) becomes (B, V).",
            ): wrong.generate_with(wrong.token_with(place=lambda z: z)),
            (
                "It writes what is likeliest, every time. A model gives probabilities to draw from.",
                "Replace `argmax` by a softmax and `torch.multinomial`.",
            ): wrong.generate_with(wrong.likeliest),
            (
                "You continue from the first position. Which position has seen the whole text?",
                "The last entry along time has the index -1.",
            ): wrong.generate_with(wrong.token_with(place=lambda z: z[:, 0])),
            (
                "That is the last character of the vocabulary, not the last position.",
                "Logits are (B, T, V), so time is the second dimension.",
            ): wrong.generate_with(wrong.token_with(place=lambda z: z[..., -1])),
            (
                "The token to be joined has lost a dimension. If you call `next_token`, it takes the last position itself: hand over all of (B, T, V).",
                "If you draw here, keep the shape (B, 1) that `multinomial` gives.",
            ): wrong.generate_with(lambda logits, g: wrong.token_with()(logits[:, -1], g)),
            (
                "`next_token` takes the last position itself, and you have taken it before.",
                "Hand over the logits as the model gives them, (B, T, V).",
            ): wrong.last_place_twice,
            (
                "The new token is None. Does your `next_token` return something?",
                "Solve 05.4 first, or write its two lines into this loop.",
            ): wrong.generate_with(lambda logits, g: None),
            (
                "Your softmax runs over the texts of the batch. Along which dimension do the tokens lie?",
                "The V probabilities of each text sum to 1: the last dimension.",
            ): wrong.generate_with(wrong.token_with(weights=lambda z: F.softmax(z, dim=0))),
            (
                "`multinomial` wants probabilities, and logits can be negative.",
                "Turn the logits of the last position into probabilities first.",
            ): wrong.generate_with(wrong.token_with(weights=lambda z: z)),
            (
                "As the text grows, the model is given more than `context_length` tokens. A GPT has no positions for them.",
                "Hand over the end of `idx`, at most `context_length` tokens. A negative start of a slice counts from the end.",
            ): wrong.generate_with(crop=lambda idx, n: idx),
            (
                "You cut texts, not time.",
                "The first dimension of `idx` is the batch. Keep all of it, and slice the second.",
            ): wrong.generate_with(crop=lambda idx, n: idx[-n:]),
            (
                "You cut the text itself. Cut only what the model sees.",
                "The slice needs a name of its own, so that `idx` stays whole.",
            ): wrong.cut_itself,
            (
                "You keep the beginning of the text, so the model never sees what it wrote last.",
                "The last n entries are those from -n on.",
            ): wrong.generate_with(crop=lambda idx, n: idx[:, :n]),
            (
                "The model is given one token at a time. A bigram needs no more, but a GPT does.",
                "Hand over the last `context_length` tokens.",
            ): wrong.generate_with(crop=lambda idx, n: idx[:, -1:]),
            (
                "Only the new tokens come back. The text should go on from what was given.",
                "Return `idx` with the new tokens behind it, (B, T + n_new).",
            ): list(wrong.new_ones_alone()),
            (
                "`torch.cat` gives back a new tensor, and yours is lost. `idx` stays as it was.",
                "Assign what `torch.cat` gives to `idx`.",
            ): wrong.generate_with(read_on=False, give=lambda idx, new: idx),
            (
                "The model never reads what it has written: each new token is drawn after the same text.",
                "Join each token to `idx` before the next round.",
            ): wrong.generate_with(read_on=False),
            (
                "All texts of the batch get the same new tokens. Each has logits of its own.",
                "`multinomial` takes a matrix, and draws once for each of its rows.",
            ): wrong.generate_with(wrong.one_for_all),
            (
                "The generator that you are given has no effect, so the same seed would give another text every time.",
                "Pass it on: to `next_token`, or to `multinomial` if you draw here.",
            ): wrong.generate_with(wrong.token_with(seeded=False)),
            (
                "Right, but PyTorch records a computation graph for every token, which nobody will use.",
                "Writing is not learning. The stub has a line above `def` that switches the recording off for the whole function.",
            ): wrong.generate_with(grad=True),
            (
                "Your function ends after its first token. Look at the indentation of `return`.",
                "`return` belongs below the loop, not into it.",
            ): wrong.generate_and_leave,
            (
                "`torch.cat` puts the new tokens below the texts. They belong behind them.",
                "Time is the second dimension, so join along `dim=1`.",
            ): wrong.joined_below,
        }
    ),
    hints=(
        "In each of `n_new` rounds: cut the context, ask the model, draw as in 05.4, and join the token to `idx`.",
        "`torch.cat` with `dim=1` joins (B, T) and (B, 1). The cut is a slice of the time dimension that ends at the end.",
    ),
)

EXERCISES = {"05.1": BIGRAM, "05.2": LOSS, "05.3": FIT, "05.4": TOKEN, "05.5": GENERATE}
