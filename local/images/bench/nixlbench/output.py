"""Prints lines, and ends a run.

Flushes every line, because the suite reacts to single lines of a pod's log ("Registered as rank ...").
"""

import sys


def say(line=""):
    print(line, flush=True)


def complain(line):
    print(line, file=sys.stderr, flush=True)


class Stop(Exception):
    """Ends the run with an exit code. Print all messages before raising it.

    `tidy` reproduces a difference in nixlbench that affects the next run in the same group: a failure that returns from
    main() removes the group's rank and size keys, a failure that calls exit() leaves them.
    """

    def __init__(self, code=1, tidy=False):
        super().__init__(f"exit {code}")
        self.code = code
        self.tidy = tidy
