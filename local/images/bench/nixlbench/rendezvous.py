"""How two processes find each other: ranks, barriers and messages as keys in etcd, under nixlbench 0.7.1's names.

What a failed run leaves behind is part of that: keys carry no lease, so a killed rank's keys stay and confuse the
next run in the same group exactly as nixlbench's do.
"""

import time

from .etcd import EtcdClient, EtcdError
from .output import Stop, complain, say

# nixlbench asks 60 times, a second apart. The limit is kept, the pause is not: rows would cost seconds of waiting.
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
        """Takes the next rank: whoever comes first is rank 0, the initiator."""
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
        """Removes the size and rank keys of *all* ranks, as every ending nixlbench process does; nothing else."""
        try:
            self._etcd.delete_prefix(self._key(""))
        except EtcdError:
            # nixlbench does not look either: the process is ending, and its exit code is already decided.
            pass

    def barrier(self, name):
        """Whether all ranks arrived within the limit. A key that a dead rank left counts as that rank."""
        place = f"{self._prefix}barrier/{name}/{self._generation}/"
        self._generation += 1
        arrived = 0
        step = "put"
        try:
            self._etcd.put(f"{place}{self.rank}", "1")
            step = "wait"
            for _ in _tries():
                arrived = len(self._etcd.keys(place))
                # None at all: rank 0 saw everyone and has already cleared the place.
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
        # The data first: the receiver looks for the description and then expects the data to be there.
        return self._send("char", to, {"/data": data, "": f"{self.rank}:{to}:{len(data)}"})

    def receive_int(self, sender):
        """The number, or None when it did not come in time."""
        received = self._receive("int", sender, [""])
        return None if received is None else int(received)

    def receive_bytes(self, sender):
        """The data, or None when it did not come in time."""
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
            # Removed before it is acknowledged: the sender may use the same keys again at once.
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
            # An etcd that is away for a moment is waited for, like a peer that is not there yet.
            return None

    def _key(self, name):
        # The second slash is nixlbench's.
        return f"{self._prefix}/{name}"

    def _message(self, kind, source, destination):
        return f"{self._prefix}msg+{kind}_data/src={source}/dst={destination}"


def _tries():
    """Yields until the wait limit is over, first in quick succession, then ten times a second."""
    deadline = time.monotonic() + WAIT_LIMIT_S
    pause = FIRST_PAUSE_S
    while True:
        yield
        if time.monotonic() >= deadline:
            return
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)
