import contextlib
import io
import os
import re
import tempfile
import unittest

from nixlbench.plugins import plugin_problem
from nixlbench.versions import VERSIONS

LINE = re.compile(r"^([EW])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ (\S+)\] (.*)$")


def reported(directory, version, backend="UCX"):
    problem = plugin_problem(backend, {"NIXL_PLUGIN_DIR": directory}, VERSIONS[version].plugin_log)
    with contextlib.redirect_stderr(io.StringIO()) as complained:
        problem.report_at_start()
        problem.report_at_creation()
    return [LINE.match(line).groups() for line in complained.getvalue().splitlines()]


class MissingPlugin(unittest.TestCase):
    def test_the_lines_are_those_of_the_release(self):
        missing = "Plugin file does not exist: /none/libplugin_UCX.so"
        self.assertEqual(
            [
                ("E", "nixl_plugin_manager.cpp:647", 'Error accessing directory("/none"): No such file or directory'),
                ("W", "nixl_plugin_manager.cpp:512", missing),
                ("E", "nixl_agent.cpp:318", "getPluginParams: backend 'UCX' not found"),
                ("W", "nixl_plugin_manager.cpp:512", missing),
                ("E", "nixl_agent.cpp:396", "createBackend: unsupported backend 'UCX'"),
            ],
            reported("/none", "1.4"),
        )
        places = [place for _, place, _ in reported("/none", "0.7.1")]
        self.assertEqual("nixl_agent.cpp:327", places[-1])
        self.assertEqual("nixl_plugin_manager.cpp:276", places[1])

    def test_the_thread_is_right_aligned_as_in_the_real_log(self):
        problem = plugin_problem("UCX", {"NIXL_PLUGIN_DIR": "/none"}, VERSIONS["1.4"].plugin_log)
        with contextlib.redirect_stderr(io.StringIO()) as complained:
            problem.report_at_creation()
        # As in `E1128 20:15:10.135176       6 nixl_agent.cpp:396]`.
        self.assertEqual(len("E1128 20:15:10.135176       6 "), complained.getvalue().index("nixl_plugin_manager"))

    def test_a_directory_that_lacks_only_this_plugin_is_itself_no_error(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(4, len(reported(directory, "1.4", "LIBFABRIC")))

    def test_a_plugin_that_exists_is_no_problem(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "libplugin_UCX.so"), "w"):
                pass
            log = VERSIONS["1.4"].plugin_log
            self.assertIsNone(plugin_problem("UCX", {"NIXL_PLUGIN_DIR": directory}, log))
            self.assertIsNone(plugin_problem("UCX", {}, log))
