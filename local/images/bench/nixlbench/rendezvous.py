"""Rendezvous of two processes: ranks, barriers and messages as keys in etcd, with the names of nixlbench 0.7.1.

Keys have no lease, as in nixlbench: the keys of a killed rank stay and disturb the next run in the same group in the same
way.
"""

import time

from .etcd import EtcdClient, EtcdError
from .output import Stop, complain, say

# nixlbench polls 60 times, once per second. This module uses the same limit but shorter pauses, because each row would
# otherwise wait for seconds.
WAIT_LIMIT_S = 60
FIRST_PAUSE_S = 0.002
LONGEST_PAUSE_S = 0.1
RECEIVED = b"received"


class Rendezvous:
    def __init__(self, group, endpoints, world_size):
        self._prefix = f"xferbench/{group}/"
        self._endpoints = endpoints
        self._etcd = EtcdClient(endpoints)
        self._generation = 0
        self.world_size = world_size
        self.rank = None

    def register(self):
        """Takes the next rank. The first process gets rank 0 and becomes the initiator."""
        say(f"Connecting to ETCD at {self._endpoints}")
        try:
            held = self._etcd.lock(self._key("lock"))
            size = self._etcd.get(self._key("size"))
            self.rank = int(size) if size else 0
            self._etcd.put(self._key("size"), str(self.rank + 1))
            self._etcd.put(self._key(f"rank/{self.rank}"), "active")
            self._etcd.unlock(held)
        except EtcdError as error:
            complain(f"Failed to acquire lock: {error}")
            self._give_up()
        if self.rank >= self.world_size:
            complain(f"Rank {self.rank} is greater than or equal to global size {self.world_size}")
            self._give_up()
        say(f"ETCD Runtime: Registered as rank {self.rank} item {self.rank + 1} of {self.world_size}")

    def _give_up(self):
        complain("Failed to setup ETCD runtime")
        raise Stop(1, tidy=True)

    def forget(self):
        """Removes only the size and rank keys, but of *all* ranks, as every ending nixlbench process does."""
        try:
            self._etcd.delete_prefix(self._key(""))
        except EtcdError:
            # Ignored as in nixlbench: the process is ending, and its exit code is already determined.
            pass

    def barrier(self, name):
        """Waits for all ranks and returns whether they arrived in time. A key that a dead rank left counts as that rank."""
        place = f"{self._prefix}barrier/{name}/{self._generation}/"
        self._generation += 1
        arrived = 0
        step = "put"
        try:
            self._etcd.put(f"{place}{self.rank}", "1")
            step = "wait"
            for _ in _tries():
                arrived = len(self._etcd.keys(place))
                # No key at all means that rank 0 has seen all ranks and has already removed the keys.
                if arrived in (0, self.world_size):
                    if self.rank == 0:
                        self._etcd.delete_prefix(place)
                    return True
        except EtcdError:
            pass
        complain(f"Error in barrier {step} {place} rank {self.rank} completed {arrived}/{self.world_size} ranks)")
        try:
            self._etcd.delete_prefix(place)
        except EtcdError:
            pass
        return False

    def send_int(self, number, to):
        return self._send("int", to, {"": str(number)})

    def send_bytes(self, data, to):
        # Puts the data first: when the receiver finds the description, it expects the data to exist.
        return self._send("char", to, {"/data": data, "": f"{self.rank}:{to}:{len(data)}"})

    def receive_int(self, sender):
        """Returns the number, or None when it did not arrive in time."""
        received = self._receive("int", sender, [""])
        return None if received is None else int(received)

    def receive_bytes(self, sender):
        """Returns the data, or None when they did not arrive in time."""
        return self._receive("char", sender, ["/data", ""])

    def _send(self, kind, to, parts):
        message = self._message(kind, self.rank, to)
        try:
            for suffix, value in parts.items():
                self._etcd.put(message + suffix, value)
        except EtcdError as error:
            complain(f"Error sending {kind} data: {error}")
            return False
        for _ in _tries():
            if self._read(f"{message}/ack") == RECEIVED:
                self._etcd.delete(f"{message}/ack")
                return True
        complain(f"Timeout waiting for {kind} data acknowledgment from rank {to}")
        return False

    def _receive(self, kind, sender, suffixes):
        message = self._message(kind, sender, self.rank)
        for _ in _tries():
            if self._read(message) is None:
                continue
            value = self._read(message + suffixes[0])
            if value is None:
                continue
            # Removes the keys before it acknowledges, because the sender may then use the same keys again at once.
            for suffix in suffixes:
                self._etcd.delete(message + suffix)
            self._etcd.put(f"{message}/ack", RECEIVED)
            return value
        complain(f"Timeout waiting for {kind} data from rank {sender}")
        return None

    def _read(self, key):
        try:
            return self._etcd.get(key)
        except EtcdError:
            # Retries when etcd is unavailable for a moment, as for a peer that has not arrived yet.
            return None

    def _key(self, name):
        # nixlbench's keys contain this second slash.
        return f"{self._prefix}/{name}"

    def _message(self, kind, source, destination):
        return f"{self._prefix}msg+{kind}_data/src={source}/dst={destination}"


def _tries():
    """Yields until the wait limit is reached, first in quick succession, then ten times per second."""
    deadline = time.monotonic() + WAIT_LIMIT_S
    pause = FIRST_PAUSE_S
    while True:
        yield
        if time.monotonic() >= deadline:
            return
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)
