import os
import signal
import subprocess
import sys
import time
import unittest

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Waits as a rank does in NIXL: in the main thread, without a look at signals for one second.
RANK = """
import signal, sys, time
from nixlbench.interrupts import Interrupts
interrupts = Interrupts({{{handled}}})
{arm}
print("ready", flush=True)
time.sleep(1)
while not interrupts.signaled():
    time.sleep(0.01)
time.sleep({rest})
print("consequences", flush=True)
sys.exit(1)
"""
NEW = "signal.SIGINT, signal.SIGTERM"
OLD = "signal.SIGINT"


def start(handled, arm=True, rest=0):
    script = RANK.format(handled=handled, arm="interrupts.arm()" if arm else "", rest=rest)
    process = subprocess.Popen(
        [sys.executable, "-B", "-c", script], env={**os.environ, "PYTHONPATH": BENCH}, stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    return process


class Signals(unittest.TestCase):
    def test_sigterm_is_announced_at_once_and_the_run_carries_on_into_its_consequences(self):
        process = start(NEW)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual("Ctrl-C received, exiting...\n", process.stdout.readline())
        self.assertLess(time.monotonic() - began, 0.9)
        self.assertEqual(("consequences\n", None), process.communicate(timeout=20))
        self.assertEqual(1, process.returncode)

    def test_a_second_signal_ends_the_run_at_once(self):
        process = start(NEW, rest=60)
        for number in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
            process.stdout.readline()
        self.assertEqual(("", None), process.communicate(timeout=20))
        self.assertEqual(1, process.returncode)

    def test_0_7_1_dies_by_sigterm(self):
        process = start(OLD)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(("", None), process.communicate(timeout=20))
        self.assertEqual(-signal.SIGTERM, process.returncode)

    def test_a_run_without_a_worker_dies_by_any_signal(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = start(NEW, arm=False)
            process.send_signal(number)
            process.communicate(timeout=20)
            self.assertEqual(-number, process.returncode)
