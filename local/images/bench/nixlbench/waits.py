"""Waits for other ranks: how often a rank looks into etcd, and for how long. LOCAL_NIXLBENCH_POLLING selects the pace."""

import time

VARIABLE = "LOCAL_NIXLBENCH_POLLING"
DEFAULT = "fast"
# nixlbench looks 60 times (`should_retry` in src/runtime/etcd/etcd_rt.h).
REAL_TRIES = 60
# The fast pace, in seconds: it keeps short the tests that are not about waiting.
FAST_LIMIT_S = 60
FAST_FIRST_PAUSE_S = 0.002
FAST_LONGEST_PAUSE_S = 0.1
# How long a rank lets another one go first, in seconds: longer than the longest pause of that one.
YIELD_LIMIT_S = 4


class UnknownPolling(Exception):
    """LOCAL_NIXLBENCH_POLLING has an unknown value. The text says which values it may have."""


class Waits:
    """Pace of one rank.

    A signal ends a wait before its next look, as in nixlbench: the current pause still passes (3 s in 1.4).
    """

    def __init__(self, pauses, settle_s, signaled, sleep=time.sleep):
        self._pauses = pauses
        self._settle_s = settle_s
        self._signaled = signaled
        self._sleep = sleep

    def tries(self):
        """Yields once for each look, until the limit is reached or a signal has arrived."""
        for pause in self._pauses():
            if self._signaled():
                return
            yield
            self._sleep(pause)

    def tries_to_follow(self):
        """Yields once for each look for a rank that should go first, until it is too late to let it."""
        for pause in _fast_pauses(YIELD_LIMIT_S):
            if self._signaled():
                return
            yield
            self._sleep(pause)

    def settle(self):
        """Pauses as nixlbench does after it has acknowledged a message."""
        self._sleep(self._settle_s)


def waits_of(environment, version, signaled, sleep=time.sleep):
    """Returns the waits of the pace that LOCAL_NIXLBENCH_POLLING names; `fast` if it is unset or empty.

    `real` is that of the release: 60 looks, 3 s apart in 1.4, 1 s apart in 0.7.1. Raises UnknownPolling.
    """
    name = environment.get(VARIABLE) or DEFAULT
    if name == "real":
        return Waits(lambda: [version.poll_s] * REAL_TRIES, version.settle_s, signaled, sleep)
    if name == "fast":
        return Waits(lambda: _fast_pauses(FAST_LIMIT_S), 0, signaled, sleep)
    raise UnknownPolling(f"{VARIABLE}={name}: expected real or fast")


def _fast_pauses(limit_s):
    waited = 0
    pause = FAST_FIRST_PAUSE_S
    while waited < limit_s:
        yield pause
        waited += pause
        pause = min(pause * 2, FAST_LONGEST_PAUSE_S)
