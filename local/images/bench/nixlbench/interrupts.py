"""Signals that end a run."""

import os
import signal
import threading

from .death import die

WATCHED = {signal.SIGINT, signal.SIGTERM}
MESSAGE = b"Ctrl-C received, exiting...\n"


class Interrupts:
    """Handles the signals that nixlbench handles (SIGINT; since 1.1 also SIGTERM): the first is noted and the run ends with
    its consequences, the second ends the process at once (exit code 1). Any other signal ends the process.

    A thread takes the signals, because Python's own handlers would wait while the main thread is inside NIXL. Create the
    object before NIXL starts threads: they inherit the blocked signals.
    """

    def __init__(self, handled):
        self._handled = handled
        self._armed = False
        self._count = 0
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        threading.Thread(target=self._watch, daemon=True).start()

    def arm(self):
        """Starts the handling, which nixlbench does once it has a worker. Until then, every signal ends the process."""
        self._armed = True

    def end(self):
        """Ends the run as a signal does."""
        self._count += 1

    def signaled(self):
        return self._count > 0

    def _watch(self):
        while True:
            number = signal.sigwait(WATCHED)
            if not self._armed or number not in self._handled:
                die(number)
            os.write(1, MESSAGE)
            if self._count > 0:
                os._exit(1)
            self._count += 1
