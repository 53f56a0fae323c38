"""The exercises of notebook 00: what a loss says."""

import math

from helpers.workbook.questions import Exercise, Mistake

BITS = "A nat is more than a bit, so the number of bits is the larger one. How many nats does one bit have?"

EXERCISES = {
    "00.1": Exercise(
        "Knowing nothing about 84 characters costs ln 84 = 4.43 nats for each one that comes.",
        right=math.log(84),
        mistakes=(
            Mistake(84, "84 is the number of guesses, the perplexity. The loss is its logarithm."),
            Mistake(1 / 84, "That is the probability of each character. The loss is its logarithm, with a minus sign."),
            Mistake(-math.log(84), "A loss is never negative: the logarithm of a probability is, and so it gets a minus."),
            Mistake(math.log2(84), "That is the logarithm to base 2. Nats have the natural logarithm."),
            Mistake(math.log10(84), "That is the logarithm to base 10. Nats have the natural logarithm, `math.log`."),
        ),
        hints=(
            "What is the probability of each single character?",
            "The loss is -ln of the probability of what came, and that is the same for each character here.",
        ),
        tolerance=0.01,
    ),
    "00.2": Exercise(
        "A loss of 1.7 nats is like guessing among 5.5 characters, whatever the size of the vocabulary.",
        right=math.exp(1.7),
        mistakes=(
            Mistake(math.exp(-1.7), "That is the probability that it gives to what comes. Guessing among how many is it?"),
            Mistake(2**1.7, "That is a power of 2, which belongs to bits. Nats belong to e."),
            Mistake(10**1.7, "That is a power of 10. Nats belong to e."),
            Mistake(
                math.log(1.7),
                "That goes the wrong way: a loss is the logarithm of a number of guesses, not the reverse.",
            ),
            *(Mistake(x, "Near. It need not be an integer: give one decimal.") for x in (5, 6)),
            Mistake(1.7, "That is the loss itself. Of which number of guesses is it the logarithm?"),
        ),
        hints=(
            "The loss of guessing among n is ln n. For which n is that 1.7?",
            "`math.exp` undoes `math.log`.",
        ),
        tolerance=0.05,
    ),
    "00.3": Exercise(
        "1.7 nats are 2.45 bits: the same surprise, measured with a smaller unit.",
        right=1.7 / math.log(2),
        mistakes=(
            Mistake(1.7 * math.log(2), BITS),
            Mistake(math.log2(1.7), "The 1.7 is a logarithm already. It only changes its unit, as metres become feet."),
            Mistake(2**1.7, "That would be a number of guesses if 1.7 were bits. Only the unit is to change, by a factor."),
            Mistake(-1.7 / math.log(2), "A surprise is not negative, in any unit."),
            Mistake(1.7 / math.log(10), "That divides by ln 10. Bits have the base 2."),
            Mistake(math.exp(1.7), "That is a number of guesses. Bits measure the loss itself, in another unit."),
            Mistake(1.7, "One nat is not one bit: the two use different logarithms."),
        ),
        hints=(
            "One chance in two costs 1 bit. How many nats does it cost?",
            "One bit is ln 2 = 0.693 nats. How many of these fit into 1.7?",
        ),
        tolerance=0.01,
    ),
}
