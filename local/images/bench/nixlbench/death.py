"""Ends the process by a signal, as a crash does: a shell reports it, and the exit status is that of the signal."""

import os
import resource
import signal
import sys

BAD_ALLOC = "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n"


def die(number):
    """Ends the process by a signal without a core file. A container's first process, for which the kernel ignores signals,
    exits with 128 + the number of the signal instead."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.flush()
    sys.stderr.flush()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    os._exit(128 + number)


def die_of_bad_alloc():
    """Ends the process as C++ does when nothing catches std::bad_alloc (exit status 134)."""
    sys.stderr.write(BAD_ALLOC)
    die(signal.SIGABRT)
