"""Typical wrong answers to the exercise of notebook 00."""

WRONG = {
    "00.1": [
        "def training_examples(text):\n    return list(zip(text, text[1:]))",
        "def training_examples(text):\n    return [(text[:i], character) for i, character in enumerate(text)]",
        "def training_examples(text):\n    return [(text[:i + 1], text[i]) for i in range(len(text))]",
        "def training_examples(text):\n    return [(text[:i], text[i:]) for i in range(1, len(text))]",
        "def training_examples(text):\n    return [(text[i], text[:i]) for i in range(1, len(text))]",
        "def training_examples(text):\n    return [(text[:i], text[i]) for i in range(1, len(text) - 1)]",
        "def training_examples(text):\n    return [text[:i] + text[i] for i in range(1, len(text))]",
    ],
}
