"""The exercises of notebook 11: the size of a GPT, and what it sees."""

import copy

import torch

from helpers.baselines import ToyLanguage
from helpers.model import GPT, GPTConfig
from helpers.workbook.questions import Exercise, Mistake


def parameters(V, T, C, L):
    block = (3 * C * C + 3 * C) + (C * C + C) + (8 * C * C + 5 * C) + 4 * C
    return V * C + T * C + L * block + 2 * C + C * V


ONE, TWICE_T, TWICE_C = parameters(84, 64, 128, 2), parameters(84, 128, 128, 2), parameters(84, 64, 256, 2)


def logits_without(part, rows=slice(None)):
    """A function that sets `rows` of a part's weight to zero in a copy of the model, and gives the copy's logits."""

    def answer(model, idx):
        model = copy.deepcopy(model)
        with torch.no_grad():
            model.get_submodule(part).weight[rows] = 0.0
        return model(idx)

    return answer


def without_positions(model, idx):
    return logits_without("position_embedding")(model, idx)


def spoilt_model(given, logits):
    if given[0].position_embedding.weight.abs().sum() == 0:
        return "The model itself has lost its positions: zero them in a copy. `copy.copy` shares the weights, `copy.deepcopy` does not."


def in_place(model, idx):
    copy.deepcopy(model).position_embedding.weight.zero_()


def not_a_parameter(model, idx):
    copied = copy.deepcopy(model)
    copied.position_embedding.weight = torch.zeros_like(copied.position_embedding.weight)


def the_module(model, idx):
    torch.nn.init.zeros_(copy.deepcopy(model).position_embedding)


def small_models(g):
    torch.manual_seed(int(torch.randint(1000, (1,), generator=g)))
    sizes = ((5, 4, 1, 1, 8, 1, 3), (9, 8, 2, 2, 12, 3, 8))
    return [
        (
            GPT(GPTConfig(V, context_length=context, n_layer=layers, n_head=heads, n_embd=width)).eval(),
            torch.randint(V, (B, T), generator=g),
        )
        for V, context, layers, heads, width, B, T in sizes
    ]


def name_of(story):
    return story.split()[0]


EXERCISES = {
    "11.1": Exercise(
        "The context costs T * C numbers, the width 12 C squared in each block: width is what makes a GPT large.",
        right=(TWICE_T, TWICE_C),
        mistakes=(
            Mistake((2 * ONE, 2 * ONE), "Not everything doubles. In which entries of `parts` does T stand, and C how often?"),
            Mistake((TWICE_T, 2 * ONE), "T is right. But many entries have C times C: those become four times as large."),
            Mistake((TWICE_T, 4 * ONE), "T is right. But not every entry has C twice: some hold it once, and grow by two."),
            Mistake((TWICE_T - ONE, TWICE_C - ONE), "That is by how much they grow. How many are there in all?"),
            Mistake((TWICE_T, parameters(84, 128, 256, 2)), "T is right. The second model has the old T, 64."),
            Mistake((ONE, TWICE_C), "C is right. But one entry of `parts` does depend on T."),
            Mistake((2 * ONE, TWICE_C), "C is right. But T stands in a single entry of `parts`."),
            Mistake((TWICE_C, TWICE_T), "The right numbers, in the other order."),
        ),
        hints=(
            "Look at the dictionary `parts`: where does T occur, where C, where C times C?",
            "Write it as a function of V, T, C and L. It must give 426,496 for (84, 64, 128, 2).",
        ),
        tolerance=0.5,
    ),
    "11.2": Exercise(
        "A part of a trained model can be taken out in a copy, to see what the rest does with it gone.",
        right=without_positions,
        also=spoilt_model,
        cases=small_models,
        mistakes=(
            Mistake(
                in_place,
                "A learnable tensor may not be changed in place while the graph is recorded: use `nn.init.zeros_(...)`, or do it under `torch.no_grad()`.",
            ),
            Mistake(not_a_parameter, "Only an `nn.Parameter` can stand there. Fill the old one with zeros."),
            Mistake(the_module, "That is the module. Its `.weight` is the tensor."),
            Mistake(logits_without("token_embedding"), "Those are the token vectors. Which part holds the positions?"),
            Mistake(lambda model, idx: model(idx), "Nothing has changed: these are the logits of the model as it was."),
            Mistake(logits_without("position_embedding", 0), "Only the first position is zero now. All of them have to be."),
            Mistake(
                lambda model, idx: logits_without("position_embedding")(model, idx).softmax(dim=-1),
                "These are probabilities. Return the logits, as the model gives them.",
            ),
            Mistake(
                lambda model, idx: logits_without("position_embedding")(model, idx)[:, -1],
                "That is the last position alone. Return the logits of all positions.",
            ),
        ),
        hints=(
            "Three lines: a deep copy, zeros into its `position_embedding.weight`, the copy's logits.",
            "`nn.init.zeros_(tensor)` fills a parameter with zeros.",
        ),
    ),
    "11.3": Exercise(
        "A model can only use what its context reaches: attention does not see further than context_length.",
        right=lambda story: story.rindex(name_of(story)),
        cases=lambda g: [(ToyLanguage().story(g),) for _ in range(20)],
        mistakes=(
            Mistake(
                lambda story: story.rindex(name_of(story)) + 1,
                "One too many: when the model is about to write a letter, that letter is not in the context yet.",
            ),
            Mistake(lambda story: story.rindex(name_of(story)) - 1, "One too few: the first letter has just dropped out."),
            Mistake(
                lambda story: story.rindex(name_of(story)) - len(name_of(story)),
                "Those are the characters between the two names. The first name itself has to be seen too.",
            ),
            Mistake(
                lambda story: story.rindex(name_of(story)) + len(name_of(story)),
                "That is needed when the last name is already written. It is about to be.",
            ),
            Mistake(len, "That is the whole story. The name returns before its end."),
            Mistake(
                lambda story: story.index(name_of(story)),
                "That is where the name stands first. Where does it return?",
            ),
        ),
        hints=(
            "How many characters are there before the one that is about to be written?",
            "`story.split()[0]` is the name, and `rindex` finds where it stands last: as many characters stand before it.",
        ),
    ),
}
