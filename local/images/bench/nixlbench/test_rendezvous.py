import contextlib
import io
import unittest

from nixlbench.etcd import EtcdError
from nixlbench.output import Stop
from nixlbench.rendezvous import Rendezvous
from nixlbench.versions import VERSIONS
from nixlbench.waits import waits_of

GROUP = "xferbench/g/"


class Etcd:
    """etcd in memory, for all ranks of a test. `down` makes every request fail; leases end when a test says so."""

    def __init__(self):
        self.values = {}
        self.leased = {}
        self.down = False

    def connect(self, _endpoints):
        return self

    def get(self, key):
        self._answer()
        return self.values.get(key)

    def keys(self, prefix):
        self._answer()
        return [key for key in self.values if key.startswith(prefix)]

    def put(self, key, value, lease=None):
        self._answer()
        self.values[key] = value.encode() if isinstance(value, str) else value
        if lease is not None:
            self.leased[key] = lease

    def delete(self, key):
        self._answer()
        self.values.pop(key, None)

    def delete_prefix(self, prefix):
        for key in self.keys(prefix):
            del self.values[key]

    def grant(self, seconds):
        return f"lease of {seconds} s"

    def lock(self, _name):
        self._answer()

    def unlock(self, _held):
        pass

    def left(self):
        return sorted(key.removeprefix(GROUP) for key in self.values)

    def _answer(self):
        if self.down:
            raise EtcdError("down")


class Sleeps:
    """Counts the seconds that a rank sleeps, and runs what other ranks do meanwhile."""

    def __init__(self):
        self.total = 0
        self.meanwhile = []

    def __call__(self, seconds):
        self.total += seconds
        if self.meanwhile:
            self.meanwhile.pop(0)()


class Case(unittest.TestCase):
    def setUp(self):
        self.etcd = Etcd()
        self.signals = []

    def rank(self, version="1.4", polling="real"):
        """Registers the next rank. Returns it and its sleeps."""
        sleeps = Sleeps()
        environment = {"LOCAL_NIXLBENCH_POLLING": polling}
        waits = waits_of(environment, VERSIONS[version], lambda: bool(self.signals), sleeps)
        leases = VERSIONS[version].leases_ranks
        rank = Rendezvous("g", "http://e:2379", 2, waits, leases, self.etcd.connect)
        self.said(rank.register)
        return rank, sleeps

    def said(self, call, *arguments):
        """Returns the answer of a call and the lines that it printed."""
        text = io.StringIO()
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            answer = call(*arguments)
        return answer, text.getvalue().splitlines()


class Registration(Case):
    def test_only_1_4_leases_the_key_of_a_rank(self):
        self.rank("1.4")
        self.rank("0.7.1")
        self.assertEqual({f"{GROUP}/rank/0": "lease of 30 s"}, self.etcd.leased)
        self.assertEqual(["/rank/0", "/rank/1", "/size"], self.etcd.left())

    def test_a_rank_too_many_removes_the_ranks_and_stops(self):
        self.rank()
        self.rank()
        with self.assertRaises(Stop) as raised:
            self.rank()
        self.assertEqual((1, True), (raised.exception.code, raised.exception.tidy))

    def test_a_peer_is_alive_as_long_as_its_key_exists(self):
        first, _ = self.rank()
        self.assertFalse(first.peers_alive())
        self.rank()
        self.assertTrue(first.peers_alive())
        self.etcd.down = True
        self.assertTrue(first.peers_alive())


class DeadPeer(Case):
    """What a rank prints, how long it waits and which keys it leaves when the other rank no longer answers."""

    def setUp(self):
        super().setUp()
        self.initiator, self.initiator_sleeps = self.rank()
        self.target, self.target_sleeps = self.rank()

    def test_the_initiator_of_a_dead_target_waits_three_minutes_for_the_data(self):
        self.etcd.put(f"{GROUP}msg+int_data/src=1/dst=0", "70")
        size, _ = self.said(self.initiator.receive_int, 1)
        data, lines = self.said(self.initiator.receive_bytes, 1)
        self.assertEqual((70, None), (size, data))
        self.assertEqual(["Timeout waiting for char data from rank 1"], lines)
        # 1 s after the acknowledgement, then 60 looks.
        self.assertEqual(181, self.initiator_sleeps.total)
        self.assertIn("msg+int_data/src=1/dst=0/ack", self.etcd.left())

    def test_the_target_of_a_dead_initiator_waits_twice(self):
        self.etcd.put(f"{GROUP}msg+int_data/src=1/dst=0/ack", "received")
        _, lines = self.said(self.target.send_int, 70, 0)
        self.etcd.delete(f"{GROUP}msg+int_data/src=1/dst=0")
        self.assertEqual([], lines)
        _, lines = self.said(self.target.send_bytes, b"blocks", 0)
        self.assertEqual(["Timeout waiting for char data acknowledgment from rank 0"], lines)
        arrived, lines = self.said(self.target.barrier, "sync")
        self.assertFalse(arrived)
        self.assertEqual([f"Error in barrier wait {GROUP}barrier/sync/0/ rank 1 completed 1/2 ranks)"], lines)
        self.assertEqual(360, self.target_sleeps.total)
        self.target.forget()
        self.assertEqual(["msg+char_data/src=1/dst=0", "msg+char_data/src=1/dst=0/data"], self.etcd.left())

    def test_0_7_1_waits_one_minute(self):
        initiator, sleeps = self._old()
        _, lines = self.said(initiator.receive_int, 1)
        self.assertEqual((60, ["Timeout waiting for int data from rank 1"]), (sleeps.total, lines))

    def _old(self):
        self.etcd.values.clear()
        return self.rank("0.7.1")


class Signal(Case):
    def test_a_signal_ends_a_wait_after_its_pause_and_every_later_wait_at_once(self):
        self.rank()
        target, sleeps = self.rank()
        sleeps.meanwhile = [lambda: None, lambda: self.signals.append(1)]
        lines = self.said(target.send_int, 70, 0)[1]
        lines += self.said(target.send_bytes, b"blocks", 0)[1]
        lines += self.said(target.barrier, "sync")[1]
        self.assertEqual(
            [
                "Timeout waiting for int data acknowledgment from rank 0",
                "Timeout waiting for char data acknowledgment from rank 0",
                f"Error in barrier wait {GROUP}barrier/sync/0/ rank 1 completed 0/2 ranks)",
            ],
            lines,
        )
        self.assertEqual(6, sleeps.total)
        target.forget()
        # As in the recorded hang of LIBFABRIC without a progress thread.
        self.assertEqual(
            ["msg+char_data/src=1/dst=0", "msg+char_data/src=1/dst=0/data", "msg+int_data/src=1/dst=0"], self.etcd.left()
        )


class Pair(Case):
    def setUp(self):
        super().setUp()
        self.initiator, self.initiator_sleeps = self.rank()
        self.target, self.target_sleeps = self.rank()

    def test_a_message_leaves_no_key(self):
        self.target_sleeps.meanwhile = [lambda: self.assertEqual(70, self.initiator.receive_int(1))]
        self.assertTrue(self.target.send_int(70, 0))
        self.target_sleeps.meanwhile = [lambda: self.assertEqual(b"blocks", self.initiator.receive_bytes(1))]
        self.assertTrue(self.target.send_bytes(b"blocks", 0))
        self.target.forget()
        self.assertEqual([], self.etcd.left())

    def test_a_barrier_leaves_no_key(self):
        self.target_sleeps.meanwhile = [lambda: self.assertTrue(self.initiator.barrier("sync"))]
        self.assertTrue(self.target.barrier("sync"))
        self.initiator.forget()
        self.assertEqual([], self.etcd.left())

    def test_the_rank_that_lets_another_go_first_does_not_sleep_in_the_barrier(self):
        # Both are there when the target looks for the first time: it continues at once, ready for what the initiator sends.
        self.target_sleeps.meanwhile = [lambda: self.etcd.put(f"{GROUP}barrier/sync/0/0", "1")]
        self.assertTrue(self.target.barrier("sync", 0))
        self.assertLess(self.target_sleeps.total, 0.01)

    def test_a_rank_that_never_arrives_is_not_let_go_first_for_long(self):
        self.signals.append(1)
        self.assertFalse(self.said(self.target.barrier, "sync", 0)[0])
        self.signals.clear()
        arrived, _ = self.said(self.target.barrier, "sync", 0)
        self.assertFalse(arrived)
        self.assertAlmostEqual(184, self.target_sleeps.total, delta=0.2)

    def test_an_etcd_that_is_gone_is_waited_for(self):
        self.etcd.down = True
        received, lines = self.said(self.initiator.receive_int, 1)
        self.assertEqual((None, 180), (received, self.initiator_sleeps.total))
        self.assertEqual(["Timeout waiting for int data from rank 1"], lines)
        _, lines = self.said(self.target.send_int, 70, 0)
        self.assertEqual(["Timeout waiting for int data acknowledgment from rank 0"], lines)
        _, lines = self.said(self.target.barrier, "sync")
        self.assertEqual([f"Error in barrier put {GROUP}barrier/sync/0/ rank 1 completed 0/2 ranks)"], lines)
