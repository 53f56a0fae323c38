"""What a loss has to be measured against: baselines of counted models, and a language whose limit is known exactly.

All values are cross-entropies in nats per token (divide by ln 2 for bits). Built by hand in notebook 04.
"""

import math

import torch


def uniform(vocab_size):
    """The loss of knowing nothing but the vocabulary: ln V."""
    if vocab_size < 1:
        raise ValueError(f"vocab_size is {vocab_size}; a vocabulary has at least one token.")
    return math.log(vocab_size)


def unigram(train, val, vocab_size=None, smoothing=1.0):
    """The loss on `val` (N,) of predicting every token by how often it occurs in `train`.

    Every count starts at `smoothing` (1: Laplace, so that no token has probability 0).
    """
    vocab_size = vocab_size or _vocab_size(train, val)
    counts = torch.bincount(train, minlength=vocab_size).double() + smoothing  # (V,)
    log_probs = (counts / counts.sum()).log()
    return -log_probs[val].mean().item()


def bigram(train, val, vocab_size=None, smoothing=1.0):
    """The loss on `val` (N,) of predicting every token from the one before it, by counts of pairs in `train`.

    Smoothing as in `unigram`; the first token of `val`, which has none before it, is not scored.
    """
    vocab_size = vocab_size or _vocab_size(train, val)
    log_probs = bigram_probabilities(train, vocab_size, smoothing).log()
    return -log_probs[val[:-1], val[1:]].mean().item()


def bigram_probabilities(tokens, vocab_size, smoothing=1.0):
    """The table (V, V) of P(next | current) from counts of pairs in `tokens` (N,); each row sums to 1."""
    pairs = tokens[:-1] * vocab_size + tokens[1:]  # each pair as one integer
    counts = torch.bincount(pairs, minlength=vocab_size**2).view(vocab_size, vocab_size).double() + smoothing
    return counts / counts.sum(dim=1, keepdim=True)


def _vocab_size(*splits):
    for tokens in splits:
        if len(tokens) < 2:
            raise ValueError(f"A split has {len(tokens)} tokens; counting needs at least 2.")
    return int(max(tokens.max() for tokens in splits)) + 1


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
        if n_chars < 0:
            raise ValueError(f"n_chars is {n_chars}; a text cannot be shorter than nothing.")
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
        if not text:
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
