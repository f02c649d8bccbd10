import contextlib
import io
import os
import subprocess
import sys
import unittest

from nixlbench.options import parse
from nixlbench.output import Stop
from nixlbench.transfers import Transfers
from nixlbench.versions import VERSIONS

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Agent:
    """Completes each transfer at the second look, unless a test says otherwise."""

    def __init__(self, states=("DONE",)):
        self.states = list(states)
        self.created = []
        self.transfers = 0
        self.released = 0

    def get_xfer_descs(self, blocks, _memory):
        return blocks

    def initialize_xfer(self, operation, local, remote, peer, notification, backends):
        self.created.append((len(local), len(remote)))
        return len(self.created)

    def transfer(self, _handle):
        self.transfers += 1
        return "PROC"

    def check_xfer_state(self, _handle):
        state = self.states[0]
        if isinstance(state, Exception):
            raise state
        return state

    def release_xfer_handle(self, _handle):
        self.released += 1


def blocks(count):
    return [(4096 * index, 4096, 0) for index in range(count)]


class Case(unittest.TestCase):
    def run_transfers(self, agent, version="1.4", local=(1,), remote=(1,), interrupted=False):
        """Returns the times or the Stop, and what was printed on standard output and standard error."""
        release = VERSIONS[version]
        transfers = Transfers(agent, parse([], release), release, "target", lambda: interrupted)
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()) as complained:
            try:
                answer = transfers.run([blocks(n) for n in local], [blocks(n) for n in remote], 8)
            except Stop as stop:
                answer = stop
        return answer, said.getvalue(), complained.getvalue()


class Threads(Case):
    def test_the_threads_share_the_transfers_and_each_has_its_list(self):
        agent = Agent()
        timings, _, _ = self.run_transfers(agent, local=(1, 1), remote=(1, 1))
        self.assertEqual((8, 2, 2), (agent.transfers, len(agent.created), agent.released))
        self.assertEqual((2, 8, 8), (len(timings.prepare), len(timings.post), len(timings.transfer)))


class Failures(Case):
    def test_a_failed_transfer_is_reported_as_the_release_does(self):
        for version, said, complained in (
            ("1.4", "", "Transfer failed on slot 0: NIXL_ERR_BACKEND\n"),
            ("0.7.1", "NIXL Xfer failed with status: NIXL_ERR_BACKEND\n", ""),
        ):
            stop, *printed = self.run_transfers(Agent([RuntimeError("NIXL_ERR_BACKEND")]), version)
            self.assertEqual((1, True), (stop.code, stop.tidy))
            self.assertEqual([said, complained], printed)

    def test_a_signal_ends_a_transfer_without_a_word(self):
        stop, *printed = self.run_transfers(Agent(["PROC"]), interrupted=True)
        self.assertEqual((1, True), (stop.code, stop.tidy))
        self.assertEqual(["", ""], printed)


class UnequalLists(Case):
    def test_1_4_transfers_as_many_blocks_as_the_initiator_has(self):
        agent = Agent()
        self.run_transfers(agent, local=(2,), remote=(4,))
        self.assertEqual([(2, 2)], agent.created)

    def test_0_7_1_leaves_them_to_nixl_which_refuses_them(self):
        agent = Agent()
        self.run_transfers(agent, "0.7.1", local=(2,), remote=(1,))
        self.assertEqual([(2, 1)], agent.created)

    def test_1_4_dies_of_bad_alloc_when_the_target_has_fewer(self):
        script = (
            "from nixlbench.transfers import _copied\n"
            "_copied([[1, 2]], [[1]])\n"
        )
        done = subprocess.run(
            [sys.executable, "-B", "-c", script], env={**os.environ, "PYTHONPATH": BENCH}, capture_output=True, text=True
        )
        self.assertEqual(-6, done.returncode)
        self.assertEqual(
            "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n", done.stderr
        )
