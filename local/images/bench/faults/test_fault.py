import os
import signal
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
# A tool with three rows, or one that waits after its start.
TOOL = """echo All processes are ready to proceed
for size in 4096 8192 16384; do echo "$size               1              0.067713       3871.4"; done
echo after; exit ${CODE:-0}"""
WAITING_TOOL = "echo All processes are ready to proceed; exec sleep 60"
SIZES = ("--start_block_size=4096", "--max_block_size=16384")


def start(fault, script=TOOL, **environment):
    command = [sys.executable, "-B", f"{HERE}/fault.py", "/bin/sh", "-c", script, "tool", *SIZES]
    variables = {**os.environ, "PYTHONPATH": os.path.dirname(HERE), "LOCAL_FAULT": fault, **environment}
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(fault, script=TOOL, **environment):
    """Returns exit status (negative for a signal), the rows printed, and standard error."""
    process = start(fault, script, **environment)
    out, err = process.communicate(timeout=30)
    return process.returncode, out.count("0.067713"), err


class Deaths(unittest.TestCase):
    def test_each_death_is_that_of_a_signal_after_its_share_of_the_rows(self):
        for kind, number in (("crash", signal.SIGSEGV), ("abort", signal.SIGABRT), ("kill", signal.SIGKILL)):
            for share, rows in ((0, 0), (50, 2)):
                status, printed, _ = run(f"{kind}:{share}")
                self.assertEqual((-number, rows), (status, printed), kind)

    def test_an_abort_says_what_c_plus_plus_says(self):
        _, _, err = run("abort:0")
        self.assertIn("terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n", err)

    def test_a_rank_without_rows_dies_some_seconds_after_its_start(self):
        began = time.monotonic()
        status, _, _ = run("kill:1s", WAITING_TOOL)
        self.assertEqual(-signal.SIGKILL, status)
        self.assertLess(time.monotonic() - began, 20)

    def test_a_tool_that_ends_before_its_time_does_not_die(self):
        self.assertEqual((0, 3), run("crash:30s")[:2])

    def test_a_segfault_comes_after_all_rows(self):
        self.assertEqual((-signal.SIGSEGV, 3), run("segfault")[:2])

    def test_the_status_of_the_tool_is_passed_on(self):
        self.assertEqual(3, run("unit", CODE="3")[0])
        self.assertEqual(-signal.SIGTERM, run("unit", "kill $$")[0])


class Stall(unittest.TestCase):
    def test_it_prints_a_share_of_the_rows_and_outlives_sigterm(self):
        process = start("stall:50")
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            self.assertTrue(lines[2].startswith("8192 "))
            time.sleep(0.3)
            process.terminate()
            with self.assertRaises(subprocess.TimeoutExpired):
                process.wait(1)
        finally:
            process.kill()
            rest, _ = process.communicate()
        self.assertEqual("", rest)


class Selection(unittest.TestCase):
    def test_another_rank_or_attempt_is_left_alone(self):
        self.assertEqual((0, 3), run("crash:0@node1#7")[:2])

    def test_an_unreadable_fault_is_an_error(self):
        self.assertIn("expected KIND[:ARGUMENT][@POSITION][#ATTEMPT]", run("crash:x")[2])
        self.assertIn("only crash, abort, kill, stall take seconds", run("slow:5s")[2])
