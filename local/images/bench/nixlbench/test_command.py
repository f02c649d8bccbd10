import os
import subprocess
import sys
import unittest

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def nixlbench(*arguments, **environment):
    """Returns exit code, standard output and standard error."""
    variables = {**os.environ, "PYTHONPATH": BENCH, **environment}
    command = [sys.executable, "-B", "-m", "nixlbench", *arguments]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


class Command(unittest.TestCase):
    def test_version_prints_only_the_name_of_the_program(self):
        for version in ("1.4", "0.7.1"):
            self.assertEqual((0, "nixlbench\n", ""), nixlbench("--version", LOCAL_NIXLBENCH=version))

    def test_help_exits_with_1_and_lists_the_flags_of_the_release(self):
        for version, known in (("1.4", True), ("0.7.1", False)):
            code, out, _ = nixlbench("--help", LOCAL_NIXLBENCH=version)
            self.assertEqual(1, code)
            self.assertIn("-backend (", out)
            self.assertEqual(known, "-pipeline_depth (" in out)

    def test_an_unknown_release_or_pace_is_an_error(self):
        code, _, err = nixlbench("--version", LOCAL_NIXLBENCH="2.0")
        self.assertEqual((2, "nixlbench stand-in: LOCAL_NIXLBENCH=2.0: expected 1.4 or 0.7.1\n"), (code, err))
        code, _, err = nixlbench(LOCAL_NIXLBENCH_POLLING="never")
        self.assertEqual((2, "nixlbench stand-in: LOCAL_NIXLBENCH_POLLING=never: expected real or fast\n"), (code, err))
