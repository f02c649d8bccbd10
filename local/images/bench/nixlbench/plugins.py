"""Missing NIXL plug-in: which lines NIXL then logs. The stand-in prints them itself, because they differ by release."""

import os
import threading
import time

from .output import complain

VARIABLE = "NIXL_PLUGIN_DIR"


class PluginProblem:
    """NIXL_PLUGIN_DIR names a directory without the plug-in of the back end."""

    def __init__(self, backend, directory, log):
        self._backend = backend
        self._directory = directory
        self._log = log

    def report_at_start(self):
        """Prints what NIXL logs when nixlbench asks for the plug-in's parameters, before it announces the worker."""
        if not os.path.isdir(self._directory):
            reason = "No such file or directory" if not os.path.exists(self._directory) else "Not a directory"
            _log("E", self._log.directory, f'Error accessing directory("{self._directory}"): {reason}')
        self._report_file()
        _log("E", self._log.parameters, f"getPluginParams: backend '{self._backend}' not found")

    def report_at_creation(self):
        """Prints what NIXL logs when nixlbench creates the back end."""
        self._report_file()
        _log("E", self._log.create, f"createBackend: unsupported backend '{self._backend}'")

    def _report_file(self):
        _log("W", self._log.file, f"Plugin file does not exist: {_file(self._directory, self._backend)}")


def plugin_problem(backend, environment, log):
    """Returns the problem, or None if NIXL will find the plug-in."""
    directory = environment.get(VARIABLE)
    if not directory or os.path.exists(_file(directory, backend)):
        return None
    return PluginProblem(backend, directory, log)


def _file(directory, backend):
    return os.path.join(directory, f"libplugin_{backend}.so")


def _log(severity, place, text):
    """Prints a line as Abseil's log does: severity, month and day, time, thread, FILE:LINE]."""
    now = time.time_ns()
    clock = time.strftime("%m%d %H:%M:%S", time.localtime(now // 10**9))
    complain(f"{severity}{clock}.{now // 1000 % 10**6:06d} {threading.get_native_id():>7} {place}] {text}")
