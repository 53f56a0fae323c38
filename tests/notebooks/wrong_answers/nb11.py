"""Typical wrong answers to the exercises of notebook 11."""

BLIND = "def without_positions(model, idx):\n    blind = copy.deepcopy(model)\n    {change}\n    return {result}\n"
ZERO = "blind.position_embedding.weight.data.zero_()"

WRONG = {
    "11.1": [
        "twice_T, twice_C = 2 * 426_496, 2 * 426_496",
        "twice_T, twice_C = 434_688, 426_496 * 4",
        "twice_T, twice_C = 64 * 128, 1_639_424 - 426_496",
        "twice_T, twice_C = 426_496 + 8192, 426_496 * 2",
    ],
    "11.2": [
        BLIND.format(change="blind.token_embedding.weight.data.zero_()", result="blind(idx)"),
        BLIND.format(change=ZERO, result="model(idx)"),
        BLIND.format(change="blind.position_embedding.weight.data[0] *= 0", result="blind(idx)"),
        BLIND.format(change=ZERO, result="blind(idx)[:, -1, :]"),
        # the learner's own model is spoilt
        "def without_positions(model, idx):\n"
        "    nn.init.zeros_(model.position_embedding.weight)\n"
        "    return model(idx)\n",
    ],
    "11.3": [
        "def context_needed(story):\n    name = story[: story.index(' ')]\n"
        "    return len(story.rpartition(name)[0]) + 1",
        "def context_needed(story):\n    name = story[: story.index(' ')]\n    return story.rfind(name) - len(name)",
        "def context_needed(story):\n    return len(story)",
        "def context_needed(story):\n    name = story[: story.index(' ')]\n    return story.find(name)",
    ],
}
