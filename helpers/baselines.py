"""What a loss has to be measured against: baselines of counted models, and a language whose limit is known exactly.

All values are cross-entropies in nats per token (divide by ln 2 for bits). Built by hand in notebook 04.
"""

import math

import torch

from helpers import checks


def uniform(vocab_size):
    """The loss of knowing nothing but the vocabulary: ln V."""
    return math.log(checks.integer("vocab_size", vocab_size, 1))


def unigram(train, val, vocab_size=None, smoothing=1.0):
    """The loss on `val` (N,) of predicting every token by how often it occurs in `train`.

    Every count starts at `smoothing` (1: Laplace, so that no token has probability 0).
    """
    vocab_size = _vocab_size(train, val, vocab_size)
    counts = _counts(train, vocab_size) + checks.number("smoothing", smoothing, above=0)  # (V,)
    log_probs = (counts / counts.sum()).log()
    return -(log_probs @ _counts(val, vocab_size)).item() / len(val)


def bigram(train, val, vocab_size=None, smoothing=1.0):
    """The loss on `val` (N,) of predicting every token from the one before it, by counts of pairs in `train`.

    Smoothing as in `unigram`; the first token of `val`, which has none before it, is not scored.
    """
    vocab_size = _vocab_size(train, val, vocab_size)
    log_probs = bigram_probabilities(train, vocab_size, smoothing).log()
    return -(log_probs * _pair_counts(val, vocab_size)).sum().item() / (len(val) - 1)


def bigram_probabilities(tokens, vocab_size, smoothing=1.0):
    """The table (V, V) of P(next | current) from counts of pairs in `tokens` (N,); each row sums to 1."""
    checks.tokens("tokens", tokens, checks.integer("vocab_size", vocab_size, 1))
    counts = _pair_counts(tokens, vocab_size) + checks.number("smoothing", smoothing, above=0)
    return counts / counts.sum(dim=1, keepdim=True)


PIECE = 1 << 22  # tokens that are counted at a time: the numbers of their pairs take eight bytes each


def _counts(tokens, vocab_size):
    """How often each token occurs: (V,)."""
    return sum(torch.bincount(piece.long(), minlength=vocab_size) for piece in tokens.split(PIECE)).double()


def _pair_counts(tokens, vocab_size):
    """How often each pair of neighbours occurs: (V, V). In 64 bits, whatever integers hold the tokens."""
    counts = torch.zeros(vocab_size**2, dtype=torch.long, device=tokens.device)
    for start in range(0, len(tokens) - 1, PIECE):
        piece = tokens[start : start + PIECE + 1].long()
        pairs = piece[:-1] * vocab_size + piece[1:]  # each pair as one number
        counts += torch.bincount(pairs, minlength=vocab_size**2)
    return counts.view(vocab_size, vocab_size).double()


def _vocab_size(train, val, vocab_size):
    """The size of the vocabulary, from the splits where it is not given; a ValueError where they do not fit it."""
    for name, tokens in (("train", train), ("val", val)):
        checks.tokens(name, tokens, None if vocab_size is None else checks.integer("vocab_size", vocab_size, 1))
        if len(tokens) < 2:
            raise ValueError(f"A split has {len(tokens)} tokens; counting needs at least 2.")
    return vocab_size if vocab_size is not None else int(max(train.max(), val.max())) + 1


INITIALS, CONSONANTS, VOWELS = tuple("BDFGKLMNPRTV"), tuple("bdfgklmnprtv"), tuple("aeiou")
ADJECTIVES = ("a red", "a tin", "a big", "a new", "an old", "an odd", "an ugly", "an empty")
THINGS = ("cap", "key", "ring", "drum", "boot", "lamp", "spoon", "whistle")
PLACES = ("by the mill", "in the barn", "on the hill", "at the pond", "in the wood", "by the gate")
ANIMALS = ("owl", "hen", "goat", "robin", "mole", "badger")
CLAUSES = ("sleep", "live", "play", "hide")
VERBS = ("see", "know", "want")
QUOTES = {'"': '"', "(": ")", "[": "]"}
PHRASES = ("Look up", "Over here", "Not mine", "Ask the wind", "Go home", "Find the path")


def _story():
    """One story, told as a dialogue: yields a tuple of equally likely pieces of text, is sent the one that was chosen.

    The same description is thus used to make a story (choose at random) and to read one (choose what stands there).
    No piece is the beginning of another in its tuple, so that a text can be read in one way only.
    """
    name = yield INITIALS  # a made-up name: nothing but its form can be known in advance
    name += yield VOWELS
    name += yield CONSONANTS
    name += yield ("a", "o")
    yield (" lost ",)
    yield ADJECTIVES  # between neighbouring words: a red, an old
    yield (" ",)
    thing = yield THINGS
    yield (" ",)
    yield PLACES
    yield (". The ",)
    yield ANIMALS
    several = (yield (" who ", "s who ")) == "s who "
    yield CLAUSES
    yield (" " if several else "s ",)
    yield PLACES
    yield (" ",)
    yield VERBS
    yield (" it. " if several else "s it. ",)  # agreement across the clause: owls who sleep in the barn see it
    opening = yield tuple(QUOTES)
    yield PHRASES
    yield (QUOTES[opening],)  # what was opened must be closed
    yield (" So ",)
    yield (name,)  # the name, remembered from the first word on
    yield (" has her " if name.endswith("a") else " has his ",)
    yield (thing,)
    yield (".\n",)


class ToyLanguage:
    """Very short stories from a small grammar, in which the probability of every text is known exactly.

    Every choice is uniform, so each story costs the same number of nats (`nats_per_story`), and no model that
    reads from left to right can have a lower loss on a long text than `nats_per_char`. A lower one reads ahead.
    """

    def sample(self, n_chars, generator=None):
        """A text of `n_chars` characters: one story after another, the last one cut off."""
        checks.integer("n_chars", n_chars)
        checks.generator(generator)
        pieces, length = [], 0
        while length < n_chars:
            story = _story()
            options = next(story)
            while options:
                choice = options[0]
                if len(options) > 1:
                    choice = options[int(torch.randint(len(options), (), generator=generator))]
                pieces.append(choice)
                length += len(choice)
                options = _send(story, choice)
        return "".join(pieces)[:n_chars]

    def surprise(self, text):
        """For each character of `text`, -ln P(character | all before it); `text` begins where a story begins.

        From the first character on that the language cannot produce, the surprise is infinite.
        """
        checks.text("text", text)
        result, story, position = [], _story(), 0
        options = next(story)
        while position < len(text):
            taken = 0  # characters of the current piece read so far
            alive = options
            while True:
                if position == len(text):
                    return result
                fits = [option for option in alive if option[taken] == text[position]]
                if not fits:
                    return result + [math.inf] * (len(text) - position)
                result.append(math.log(len(alive) / len(fits)))
                alive, taken, position = fits, taken + 1, position + 1
                if len(alive) == 1 and taken == len(alive[0]):
                    break
            options = _send(story, alive[0])
            if options is None:
                story = _story()
                options = next(story)
        return result

    def nats_per_char(self, text):
        """The exact limit on this text: its -ln P divided by its length. Infinite if the language cannot produce it.

        `text` begins where a story begins. A split taken from the middle does not: drop what comes before the
        end of its first line, `text[text.index("\\n") + 1:]`.
        """
        if not checks.text("text", text):
            raise ValueError("The text is empty; there is nothing to measure.")
        return math.fsum(self.surprise(text)) / len(text)

    @property
    def nats_per_story(self):
        """-ln P of a whole story: the sum of ln(number of choices), the same for every story."""
        return math.fsum(self.surprise(self.story(torch.Generator())))

    def story(self, generator=None):
        """One whole story, with the line break that ends it."""
        return self.sample(400, generator).split("\n")[0] + "\n"


def _send(story, choice):
    """Tell the story what was chosen; its next options, or None where it ends."""
    try:
        return story.send(choice)
    except StopIteration:
        return None
