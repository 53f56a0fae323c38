"""Character tokenizers with one thing wrong in them, and what a check looks at, for the first exercise of notebook 04."""

from typing import NamedTuple

import torch

from helpers.workbook.judging import call, differs, kind_of


class Corpus(NamedTuple):
    """A text to make a tokenizer from, a sample of its characters, and a character that it has not."""

    text: str
    sample: str
    unknown: str

    def __str__(self):
        return f"a tokenizer made from {self.text!r},"


def staged(steps):
    """From steps (what is looked at, what came out, what should), in order: what was seen, up to the first that is wrong.

    So a mistake is known by the first thing that it changes, whatever comes after it.
    """
    seen = {}
    for label, value, expected in steps:
        seen[label] = value
        if differs(value, expected, 0.0):
            break
    return seen


def tokenizer_trial(cls, corpus):
    """What a tokenizer made from a text does with characters that the text has, and with one that it has not."""
    return staged(steps_of_a_tokenizer(cls, *corpus))


def steps_of_a_tokenizer(cls, text, sample, unknown):
    """The steps of the trial, in the order in which one writes them."""
    tokenizer, chars = cls(text), sorted(set(text))
    yield "its `chars`", list(tokenizer.chars), chars
    yield "its `vocab_size`", tokenizer.vocab_size, len(chars)
    places = [chars.index(char) for char in sample]
    yield f"`encode({sample!r})`", call(cls.encode, (tokenizer, sample))[0], torch.tensor(places)
    yield f"`decode({places})`", call(cls.decode, (tokenizer, places))[0], sample
    yield f"`decode(torch.tensor({places}))`", call(cls.decode, (tokenizer, torch.tensor(places)))[0], sample
    bad = sample[:2] + unknown
    yield f"`encode({bad!r})`", refusal(tokenizer, bad, unknown), f"a ValueError that names {unknown!r}"


def refusal(tokenizer, text, unknown):
    """What happens when a text holds a character that the tokenizer does not know."""
    try:
        tokens = tokenizer.encode(text)
    except ValueError as error:
        named = unknown in str(error) or repr(unknown)[1:-1] in str(error)
        return f"a ValueError that {'names' if named else 'does not name'} {unknown!r}"
    except Exception as error:
        return kind_of(error)
    return f"no error, but {tokens}"


def random_texts(g):
    """Texts with a sample of each, and a character that it has not: between its characters, below and above them all."""

    def drawn(n, alphabet):
        return "".join(alphabet[i] for i in torch.randint(len(alphabet), (n,), generator=g))

    small = "to be or not to be"
    cases = [(small, "beet", "z"), (small, "trot", "€"), ("hello", "hole", "Q"), ("Zoë: ça va?\n", "ëZ\n?a", "€")]
    drawn_texts = [drawn(n, "zyxw ABC.\n") for n in (60, 400)]
    return [(Corpus(*case),) for case in cases] + [(Corpus(text, text[5:15], "\t"),) for text in drawn_texts]


class Right:
    """A tokenizer as a learner writes it; each class below spoils one step of it."""

    begin = 0

    def __init__(self, text):
        self.chars = self.characters(text)
        self.vocab_size = len(self.chars)
        self._token_of = {char: self.begin + i for i, char in enumerate(self.chars)}

    def characters(self, text):
        """The vocabulary."""
        return sorted(set(text))

    def tokens(self, text):
        """A list of tokens."""
        unknown = sorted(set(text) - set(self.chars))
        if unknown:
            raise ValueError(f"not in the vocabulary: {unknown}")
        return [self._token_of[char] for char in text]

    def encode(self, text):
        return torch.tensor(self.tokens(text))

    def decode(self, tokens):
        return "".join(self.chars[int(token) - self.begin] for token in tokens)


class AsTheyCome(Right):
    def characters(self, text):
        return list(dict.fromkeys(text))


class Unsorted(Right):
    def characters(self, text):
        return list(set(text))


class Repeated(Right):
    def characters(self, text):
        return sorted(text)


class Backwards(Right):
    def characters(self, text):
        return sorted(set(text), reverse=True)


class ByFrequency(Right):
    def characters(self, text):
        return sorted(set(text), key=lambda char: (-text.count(char), char))


class LowerCase(Right):
    def characters(self, text):
        return sorted(set(text.lower()))


class Nothing(Right):
    def encode(self, text):
        torch.tensor(self.tokens(text))


class AllAtOnce(Right):
    def encode(self, text):
        return torch.tensor(self.chars.index(text))


class AllTokensAtOnce(Right):
    def decode(self, tokens):
        return self.chars[tokens]


class TextLength(Right):
    def __init__(self, text):
        super().__init__(text)
        self.vocab_size = len(text)


class LastToken(Right):
    def __init__(self, text):
        super().__init__(text)
        self.vocab_size -= 1


class FromOne(Right):
    begin = 1


class FromOneInEncode(Right):
    def encode(self, text):
        return super().encode(text) + 1


class CodePoints(Right):
    def encode(self, text):
        self.tokens(text)
        return torch.tensor([ord(char) for char in text])


class CodePointsThroughout(Right):
    def encode(self, text):
        return torch.tensor([ord(char) for char in text])

    def decode(self, tokens):
        return "".join(chr(token) for token in tokens)


class AList(Right):
    def encode(self, text):
        return self.tokens(text)


class Floats(Right):
    def encode(self, text):
        return torch.Tensor(self.tokens(text))


class ListOfCharacters(Right):
    def decode(self, tokens):
        return [self.chars[int(token)] for token in tokens]


class WithSpaces(Right):
    def decode(self, tokens):
        return " ".join(self.chars[int(token)] for token in tokens)


class TensorsAsKeys(Right):
    def decode(self, tokens):
        char_of = dict(enumerate(self.chars))
        return "".join(char_of[token] for token in tokens)


class OnlyTensors(Right):
    def decode(self, tokens):
        return "".join(self.chars[token] for token in tokens.tolist())


class BareKeyError(Right):
    def tokens(self, text):
        return [self._token_of[char] for char in text]


class Nameless(Right):
    def tokens(self, text):
        if set(text) - set(self.chars):
            raise ValueError("This text has a character that is not in the vocabulary.")
        return super().tokens(text)


class Asserts(Right):
    def tokens(self, text):
        assert set(text) <= set(self.chars), f"unknown: {set(text) - set(self.chars)}"
        return super().tokens(text)


class Skipped(Right):
    def tokens(self, text):
        return [self._token_of[char] for char in text if char in self._token_of]


class MinusOne(Right):
    def tokens(self, text):
        return [self._token_of.get(char, -1) for char in text]
