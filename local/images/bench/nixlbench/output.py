"""What is printed, and how a run ends.

Whoever follows a pod's log decides from single lines ("Registered as rank ..."), so every line leaves at once.
"""

import sys


def say(line=""):
    print(line, flush=True)


def complain(line):
    print(line, file=sys.stderr, flush=True)


class Stop(Exception):
    """Ends the run with an exit code, after whatever had to be said was said.

    `tidy` mirrors a difference of nixlbench 0.7.1 that decides what the next run in the same group finds: a failure
    that returns from main() removes the group's rank and size keys, one that calls exit() on the spot leaves them.
    """

    def __init__(self, code=1, tidy=False):
        super().__init__(f"exit {code}")
        self.code = code
        self.tidy = tidy
