"""Claims of notebook 00, each behind the cell that it is about."""

# %% cell-5
from helpers.workbook.parts import PARTS

assert PARTS[0].notebook == "02"  # where the first part comes

# %% cell-44
assert first.tokenizer.vocab_size == 84
assert first.history.last("seconds") < 70  # at most a minute, and a last look at the end
learned = first.history.last("step") >= 800  # not so on a machine that does much else
assert first.val_loss < 3.2 and (first.val_loss < first.baselines["bigram"] or not learned)

# %% cell-46
from helpers.text import load_text


def share(text):
    """How many of the words are Shakespeare's."""
    known = set(load_text("shakespeare").split())
    return sum(word in known for word in text.split()) / len(text.split())


assert first.texts[0][0] == 0 and share(first.texts[0][1]) < 0.4  # noise, and then words
assert share(first.texts[-1][1]) > 0.5 or first.history.last("step") < 800, first.texts[-1]

# %% cell-48
from helpers.text import load_text

known = set(load_text("shakespeare").split())
texts = {t: show.Typewriter(first.model, first.tokenizer, temperature=t).whole()[0] for t in (0.0, 0.8, 2.0)}
words = {t: sum(word in known for word in text.split()) / len(text.split()) for t, text in texts.items()}
assert words[2.0] < 0.5 and words[2.0] < words[0.8] - 0.1, words  # most words fall apart
assert len(set(texts[0.0].split())) < 0.75 * len(texts[0.0].split()), texts  # it repeats itself
assert writer.whole()[0] == texts[0.8]

# %% cell-16
assert answer == "fewer than 12" and (choices < 9 or first.history.last("step") < 800)
