"""Typical wrong answers to the exercises of notebook 00."""

WRONG = {
    "00.1": [
        "loss_of_knowing_nothing = 84",
        "loss_of_knowing_nothing = 0.0119",
        "loss_of_knowing_nothing = math.log(1 / 84)",
        "loss_of_knowing_nothing = math.log(84, 2)",
        "loss_of_knowing_nothing = math.log(84, 10)",
    ],
    "00.2": [
        "guesses_among = 1 / math.exp(1.7)",
        "guesses_among = 3.25",
        "guesses_among = math.log(1.7)",
        "guesses_among = 1.7",
    ],
    "00.3": [
        "bits = 1.18",
        "bits = math.log(1.7) / math.log(2)",
        "bits = pow(2, 1.7)",
        "bits = 1.7",
    ],
}
