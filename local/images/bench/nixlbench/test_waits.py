import unittest

from nixlbench.versions import VERSIONS
from nixlbench.waits import UnknownPolling, waits_of


class Clock:
    def __init__(self):
        self.now = 0

    def sleep(self, seconds):
        self.now += seconds


def waits(polling, version, signaled=lambda: False):
    clock = Clock()
    return waits_of({"LOCAL_NIXLBENCH_POLLING": polling}, VERSIONS[version], signaled, clock.sleep), clock


class Pace(unittest.TestCase):
    def test_real_polling_looks_60_times(self):
        for version, pause in (("1.4", 3), ("0.7.1", 1)):
            found, clock = waits("real", version)
            self.assertEqual(60, sum(1 for _ in found.tries()))
            self.assertEqual(60 * pause, clock.now)

    def test_real_polling_pauses_after_an_acknowledgement(self):
        found, clock = waits("real", "1.4")
        found.settle()
        self.assertEqual(1, clock.now)

    def test_fast_polling_is_the_default_and_lasts_a_minute(self):
        for polling in ("", "fast"):
            found, clock = waits(polling, "1.4")
            looks = []
            for _ in found.tries():
                looks.append(clock.now)
            self.assertAlmostEqual(60, clock.now, delta=0.2)
            self.assertLess(looks[5], 0.1)
            found.settle()
            self.assertLess(clock.now, 60.2)

    def test_a_signal_ends_a_wait_before_its_next_look(self):
        signals = []
        found, clock = waits("real", "1.4", lambda: bool(signals))
        looks = 0
        for _ in found.tries():
            looks += 1
            if looks == 2:
                signals.append(1)
        self.assertEqual((2, 6), (looks, clock.now))
        self.assertEqual([], list(found.tries()))

    def test_an_unknown_pace_is_an_error_that_names_the_known_ones(self):
        with self.assertRaisesRegex(UnknownPolling, "LOCAL_NIXLBENCH_POLLING=slow: expected real or fast"):
            waits("slow", "1.4")
