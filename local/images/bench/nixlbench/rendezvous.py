"""Rendezvous of two processes: ranks, barriers and messages as keys in etcd, with the names of nixlbench.

Only the key of a rank has a lease, and only since 1.1: the other keys of a killed rank stay and disturb the next run in the
same group in the same way.
"""

import threading
import time

from .etcd import EtcdClient, EtcdError
from .output import Stop, complain, say

RECEIVED = b"received"
# Lease of a rank's key, in seconds (1.1 and later).
RANK_LEASE_S = 30
RENEWALS_PER_LEASE = 3


class Rendezvous:
    """`connect` makes a client of etcd."""

    def __init__(self, group, endpoints, world_size, waits, leases_ranks, connect=EtcdClient):
        self._prefix = f"xferbench/{group}/"
        self._endpoints = endpoints
        self._connect = connect
        self._etcd = connect(endpoints)
        self._waits = waits
        self._leases_ranks = leases_ranks
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
            self._etcd.put(self._rank_key(self.rank), "active", self._lease())
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

    def _lease(self):
        """Returns a lease that lasts as long as this process, or None if the release has none."""
        if not self._leases_ranks:
            return None
        lease = self._etcd.grant(RANK_LEASE_S)
        threading.Thread(target=self._renew, args=(lease,), daemon=True).start()
        return lease

    def _renew(self, lease):
        # Has its own client: that of the main thread may be in use.
        etcd = self._connect(self._endpoints)
        while True:
            time.sleep(RANK_LEASE_S / RENEWALS_PER_LEASE)
            try:
                etcd.renew(lease)
            except EtcdError:
                # Tries again: etcd may be back before the lease has ended.
                pass

    def forget(self):
        """Removes only the size and rank keys, but of *all* ranks, as every ending nixlbench process does."""
        self._attempt(self._etcd.delete_prefix, self._key(""))

    def peers_alive(self):
        """Whether the keys of all ranks exist. An etcd that does not answer counts as yes."""
        try:
            return all(self._etcd.get(self._rank_key(rank)) is not None for rank in range(self.world_size))
        except EtcdError:
            return True

    def barrier(self, name, after=None):
        """Waits for all ranks and returns whether they arrived in time. A key that a dead rank left counts as that rank.

        Lets the rank `after` arrive first if it does so soon; the last to arrive is the first to go on.
        """
        place = f"{self._prefix}barrier/{name}/{self._generation}/"
        self._generation += 1
        if after is not None:
            self._follow(f"{place}{after}")
        arrived = 0
        step = "put"
        try:
            self._etcd.put(f"{place}{self.rank}", "1")
            step = "wait"
            for _ in self._waits.tries():
                arrived = len(self._etcd.keys(place))
                # No key at all means that rank 0 has seen all ranks and has already removed the keys.
                if arrived in (0, self.world_size):
                    if self.rank == 0:
                        self._etcd.delete_prefix(place)
                    return True
        except EtcdError:
            pass
        complain(f"Error in barrier {step} {place} rank {self.rank} completed {arrived}/{self.world_size} ranks)")
        self._attempt(self._etcd.delete_prefix, place)
        return False

    def _follow(self, key):
        for _ in self._waits.tries_to_follow():
            if self._attempt(self._etcd.get, key) is not None:
                return

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
        for suffix, value in parts.items():
            self._attempt(self._etcd.put, message + suffix, value)
        for _ in self._waits.tries():
            if self._attempt(self._etcd.get, f"{message}/ack") == RECEIVED:
                self._attempt(self._etcd.delete, f"{message}/ack")
                return True
        complain(f"Timeout waiting for {kind} data acknowledgment from rank {to}")
        return False

    def _receive(self, kind, sender, suffixes):
        message = self._message(kind, sender, self.rank)
        for _ in self._waits.tries():
            if self._attempt(self._etcd.get, message) is None:
                continue
            value = self._attempt(self._etcd.get, message + suffixes[0])
            if value is None:
                continue
            # Removes the keys before it acknowledges, because the sender may then use the same keys again at once.
            for suffix in suffixes:
                self._attempt(self._etcd.delete, message + suffix)
            self._attempt(self._etcd.put, f"{message}/ack", RECEIVED)
            self._waits.settle()
            return value
        complain(f"Timeout waiting for {kind} data from rank {sender}")
        return None

    @staticmethod
    def _attempt(request, *arguments):
        """Returns the answer, or None when etcd cannot be reached: nixlbench does not look at these errors, it waits on."""
        try:
            return request(*arguments)
        except EtcdError:
            return None

    def _key(self, name):
        # nixlbench's keys contain this second slash.
        return f"{self._prefix}/{name}"

    def _rank_key(self, rank):
        return self._key(f"rank/{rank}")

    def _message(self, kind, source, destination):
        return f"{self._prefix}msg+{kind}_data/src={source}/dst={destination}"
