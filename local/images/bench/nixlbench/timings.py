"""Durations of one row, in whole microseconds as in nixlbench."""

import time
from dataclasses import dataclass, field


def now_us():
    return time.monotonic_ns() // 1000


class Durations(list):
    def average(self):
        return sum(self) / len(self) if self else 0.0

    def p99(self):
        """Returns the nearest rank without interpolation, as nixlbench does: the only sample if there is only one."""
        return float(sorted(self)[min(int(len(self) * 0.99), len(self) - 1)]) if self else 0.0


@dataclass
class Timings:
    prepare: Durations = field(default_factory=Durations)
    post: Durations = field(default_factory=Durations)
    transfer: Durations = field(default_factory=Durations)
    total_us: int = 0

    def add(self, other):
        """Adds the samples of another thread."""
        self.prepare += other.prepare
        self.post += other.post
        self.transfer += other.transfer


class Lap:
    """Stopwatch that restarts each time it is read."""

    def __init__(self):
        self._since = now_us()

    def __call__(self):
        now = now_us()
        elapsed, self._since = now - self._since, now
        return elapsed
