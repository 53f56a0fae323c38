"""A work and a clock of its own, which only the work moves on: for the exercise of notebook 01 that times calls."""

import statistics

import torch


class Part:
    """The work or the clock of a machine (now, durations left): work moves the clock on. Copies count as the same."""

    def __init__(self, machine, name):
        self.machine, self.name = machine, name

    def __call__(self):
        if self.name == "clock":
            return self.machine[0]
        self.machine[0] += self.machine[1].pop(0) if self.machine[1] else 50.0

    def __eq__(self, other):
        return isinstance(other, Part) and other.name == self.name

    def __repr__(self):
        return self.name


def machines(g):
    """Arguments for a timing: work, clock and how many repeats; the first call of each work is a cold one."""
    times = [[9.0, 2.0, 3.0, 7.0, 2.0], [8.0, 4.0, 1.0], [5.0, 3.0, 6.0, 2.0]]
    times += [[30.0, *(1 + 9 * torch.rand(n, generator=g)).tolist(), 20.0, 0.5] for n in (3, 6)]
    runs = [([100.0, seconds], len(seconds) - 1) for seconds in times]
    return [(Part(machine, "work"), Part(machine, "clock"), repeats) for machine, repeats in runs]


def timed(end=statistics.median, warmup=1, fewer=0, once=False):
    """A timing, right as it stands; each argument spoils one step of it."""

    def wrong(work, clock, repeats):
        for _ in range(warmup):
            work()
        seconds, begin = [], clock()
        for _ in range(repeats - fewer):
            start = begin if once else clock()
            work()
            seconds.append(clock() - start)
        return end(seconds)

    return wrong
