import contextlib
import io
import os
import unittest
from unittest import mock

from nixlbench import worker
from nixlbench.options import parse
from nixlbench.output import Stop
from nixlbench.versions import VERSIONS


class Agent:
    def __init__(self, error=None, notifications=()):
        self._error = error
        self._notifications = list(notifications)
        self.backends = []

    def create_backend(self, backend, parameters):
        if self._error:
            raise self._error
        self.backends.append((backend, parameters))

    def get_new_notifs(self):
        return {"initiator": self._notifications.pop(0) if self._notifications else []}


class Peers:
    rank = 1

    def __init__(self, alive=True):
        self.peers_alive = lambda: alive


class Interrupts:
    def __init__(self):
        self.ended = False

    def end(self):
        self.ended = True

    def signaled(self):
        return self.ended


class Case(unittest.TestCase):
    def worker(self, agent, version="1.4", *arguments, peers=None):
        """Creates a target. Returns it, what it printed, and how its agent was configured."""
        release = VERSIONS[version]
        self.interrupts = Interrupts()
        create = mock.Mock(return_value=agent)
        text = io.StringIO()
        environment = {name: value for name, value in os.environ.items() if name != "NIXL_PLUGIN_DIR"}
        with (
            mock.patch.object(worker, "_create_agent", create),
            mock.patch.dict(os.environ, environment, clear=True),
            contextlib.redirect_stdout(text),
            contextlib.redirect_stderr(text),
        ):
            try:
                made = worker.Worker(parse(arguments, release), release, peers or Peers(), "target", self.interrupts)
            except Stop as stop:
                made = stop
        return made, text.getvalue().splitlines(), create.call_args


class ProgressThread(Case):
    def test_1_4_has_one_only_when_it_is_asked_for(self):
        for flags, progress in (((), False), (("--enable_pt",), True)):
            _, _, call = self.worker(Agent(), "1.4", *flags)
            self.assertEqual(progress, call.kwargs["progress"])

    def test_0_7_1_always_has_one(self):
        _, _, call = self.worker(Agent(), "0.7.1")
        self.assertTrue(call.kwargs["progress"])


class Announcement(Case):
    def test_only_libfabric_of_1_4_says_more(self):
        for version, backend, end in (
            ("1.4", "UCX", ""),
            ("1.4", "LIBFABRIC", ", nc_count -1, post threads 0"),
            ("0.7.1", "LIBFABRIC", ""),
        ):
            _, lines, _ = self.worker(Agent(), version, f"--backend={backend}")
            self.assertRegex(lines[0], rf"^Init nixl worker, dev all rank 1, type target, hostname [^,]+{end}$")

    def test_the_threads_and_the_device_are_given_to_ucx(self):
        agent = Agent()
        self.worker(agent, "1.4", "--num_threads=2", "--device_list=mlx5_0")
        self.assertEqual([("UCX", {"num_threads": "0", "num_workers": "3", "device_list": "mlx5_0"})], agent.backends)


class RefusedBackend(Case):
    def test_1_4_ends_and_0_7_1_goes_on(self):
        error = RuntimeError("NIXL_ERR_BACKEND")
        stop, lines, _ = self.worker(Agent(error), "1.4")
        self.assertEqual((1, "NIXL: createBackend failed! (NIXL_ERR_BACKEND)"), (stop.code, lines[-1]))
        made, lines, _ = self.worker(Agent(error), "0.7.1")
        self.assertEqual(1, len(lines))
        with mock.patch.object(worker, "die", side_effect=RuntimeError) as die:
            self.assertRaises(RuntimeError, made.allocate)
        self.assertEqual("SIGSEGV", die.call_args.args[0].name)


class Notifications(Case):
    def test_they_are_counted_until_all_are_there(self):
        made, _, _ = self.worker(Agent(notifications=[[b"x"], [b"x", b"x"]]))
        self.assertEqual(3, made.await_notifications(3, 0))

    def test_1_4_notices_that_the_initiator_is_gone(self):
        made, _, _ = self.worker(Agent(), peers=Peers(alive=False))
        with mock.patch.object(worker, "LIVENESS_CHECK_S", 0), contextlib.redirect_stderr(io.StringIO()) as complained:
            self.assertEqual(0, made.await_notifications(3, 0))
        self.assertEqual("nixlbench: peer liveness check failed — aborting poll\n", complained.getvalue())
        self.assertTrue(self.interrupts.ended)

    def test_only_1_4_ends_the_wait_on_a_signal(self):
        made, _, _ = self.worker(Agent())
        self.interrupts.end()
        self.assertEqual(0, made.await_notifications(3, 0))
        made, _, _ = self.worker(Agent(notifications=[[], [b"x"]]), "0.7.1")
        self.interrupts.end()
        self.assertEqual(1, made.await_notifications(1, 0))
