"""Claims of notebook 04, each behind the cell that it is about."""

# %% cell-4
assert len(text) == 5_057_321

# %% cell-8
assert len(chars) == 84

# %% cell-11
assert round(100 * 6 / 84) == 7 and round(100 * shares[0]) == 15

# %% cell-12
assert common[:6] == list(" etoah") and 1 / 7 < shares[0] < 0.16
assert all(occurrences[char] < 0.01 * len(text) for char in chars if char.isupper() or char.isdigit())
assert all(occurrences[char] < 0.0005 * len(text) for char in chars if char.isdigit())
assert 0.01 * len(text) < occurrences["."] < occurrences[","] < 0.02 * len(text)

# %% cell-25
assert V == 84

# %% cell-27
assert data.numel() * data.element_size() == 8 * len(text.encode())

# %% cell-42
titles = ("TROILUS AND CRESSIDA", "TWELFTH NIGHT;", "TWO GENTLEMEN OF VERONA", "THE WINTER'S TALE")
begins = [text.rindex(title) for title in titles]
assert begins == sorted(begins) and 0.88 * len(text) < begins[0] < cut < begins[1]

# %% cell-48
assert random_split > 0.95 and one_cut < 0.10

# %% cell-56
assert torch.equal(x[:, 1:], y[:, :-1])

# %% cell-65
assert loop > read

# %% cell-69
assert round(uniform, 2) == 4.43

# %% cell-71
assert round(unigram.item(), 2) == 3.33

# %% cell-73
assert (left, right, left * V + right) == (75, 63, 6363)

# %% cell-75
assert round(bigram.item(), 2) == 2.54
assert math.isclose(baselines.uniform(V), uniform)
assert math.isclose(baselines.unigram(train, val, V), unigram, abs_tol=1e-4)
# the best smoothing is hardly better than 1
assert bigram - min(baselines.bigram(train, val, V, smoothing) for smoothing in (0.03, 0.1, 0.3)) < 0.001
assert unigram - min(baselines.unigram(train, val, V, smoothing) for smoothing in (0.1, 10)) < 0.001
assert round(float(uniform - unigram), 1) == 1.1 and round(float(unigram - bigram), 1) == 0.8

# %% cell-84
speech = max(story.rindex(phrase) for phrase in baselines.PHRASES if phrase in story)
assert sum(surprise[speech + 1 :]) == 0 and surprise[speech] > 0 and max(surprise) < 2.5
peaks = [i for i, value in enumerate(surprise) if value > 0]  # in the name, at a space, or where a word begins
assert all(i < 4 or story[i] == " " or story[i - 1] in ' "([' for i in peaks)

# %% cell-86
assert 0.15 < limit < 0.25

# %% cell-87
assert toy_baselines["bigram"] - limit > 1.5
assert [round(value, 2) for value in (*toy_baselines.values(), limit)] == [3.81, 2.99, 1.95, 0.21]

# %% cell-91
assert math.isinf(toy.nats_per_char(spoiled)) and sum(a != b for a, b in zip(spoiled, story)) == 1

# %% cell-94
assert against_x == 1 and 0 < against_y < 0.06
twice = Counter(tokenizer.decode(train[:-1][train[:-1] == train[1:]]))
assert [char for char, _ in twice.most_common(3)] == ["\n", "l", "e"]

# %% cell-101
assert torch.isinf(-raw[val[:-1], val[1:]].log().mean())

# %% cell-113
assert bigram - 0.3 < python_baseline < bigram
