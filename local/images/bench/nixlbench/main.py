"""Performs a run in nixlbench's order: register, back end, start barrier, memory, metadata, rows."""

import json
import os

from . import BANNER
from .interrupts import Interrupts
from .options import FlagErrors, HelpWanted, VersionWanted, help_lines, parse
from .output import Stop, complain, say
from .plan import iterations, rows, settle
from .rendezvous import Rendezvous
from .schemes import is_pairwise
from .table import banner_lines, header_lines, row_line
from .versions import UnknownVersion, version_of
from .waits import UnknownPolling, waits_of
from .worker import Worker

PROGRAM = "nixlbench"
WORLD_SIZE = 2
INITIATOR_RANK, TARGET_RANK = 0, 1
USAGE_EXIT_CODE = 2


class Run:
    def __init__(self, options, version, rendezvous, interrupts):
        self._options = options
        self._version = version
        self._rendezvous = rendezvous
        self._signaled = interrupts.signaled
        self._initiates = rendezvous.rank == INITIATOR_RANK
        role = "initiator" if self._initiates else "target"
        self._worker = Worker(options, version, rendezvous, role, interrupts)

    def execute(self):
        self._start_together()
        self._worker.allocate()
        self._exchange_metadata()
        if self._initiates:
            for line in (*banner_lines(self._options, self._version), *header_lines()):
                say(line)
        for block_size, batch_size in rows(self._options):
            if self._signaled():
                break
            if self._initiates:
                self._initiate(block_size, batch_size)
            else:
                self._serve(block_size, batch_size)
        self._synchronize()
        self._worker.close()
        return 1 if self._signaled() else 0

    def _start_together(self):
        sides = ": 1 initiators and 1 targets)" if is_pairwise(self._options, "SG") else self._version.start_wait_end
        say(f"Waiting for all processes to start... (expecting {WORLD_SIZE} total{sides}")
        if not self._rendezvous.barrier("start_barrier"):
            complain("Failed to synchronize at start barrier")
            complain("Failed to synchronize all processes")
            raise Stop(1, tidy=True)
        say("All processes are ready to proceed")

    def _synchronize(self, after=None):
        if not self._rendezvous.barrier("sync", after):
            complain("Failed to synchronize")
            raise Stop(1, tidy=self._version.forgets_after_failed_barrier)

    def _exchange_metadata(self):
        if self._initiates:
            self._worker.load_peer(self._receive(tidy=True))
        else:
            self._send(self._worker.metadata())

    def _initiate(self, block_size, batch_size):
        local = self._worker.blocks(block_size, batch_size)
        if self._checks("READ"):
            self._worker.reset(local)
        remote = [[tuple(block) for block in json.loads(self._receive(tidy=False))] for _ in local]
        self._synchronize()
        warmup, timed = iterations(self._options, block_size)
        if warmup > 0:
            self._worker.transfer(local, remote, warmup)
        self._synchronize()
        timings = self._worker.transfer(local, remote, timed)
        self._synchronize()
        if self._checks("READ"):
            self._worker.check(local)
        say(row_line(self._options, block_size, batch_size, timed, timings))

    def _serve(self, block_size, batch_size):
        local = self._worker.blocks(block_size, batch_size)
        if self._checks("WRITE"):
            self._worker.reset(local)
        for blocks in local:
            self._send(json.dumps(blocks).encode())
        self._synchronize()
        warmup, timed = iterations(self._options, block_size)
        seen = self._worker.await_notifications(warmup, 0)
        # The initiator, which has completed the transfers before this side knows of them, arrives first. Otherwise this side
        # could still be asleep when the timed transfers start, and without a progress thread the first would wait for it.
        self._synchronize(after=INITIATOR_RANK)
        self._worker.await_notifications(warmup + timed, seen)
        self._synchronize()
        if self._checks("WRITE"):
            self._worker.check(local)

    def _checks(self, operation):
        """Whether this side checks the bytes. The receiving side does: the target of a WRITE, the initiator of a READ."""
        return self._options.check_consistency and self._options.op_type == operation

    def _send(self, data):
        # Ignores the results, as nixlbench does: a target whose initiator is gone waits for every time-out in turn.
        self._rendezvous.send_int(len(data), INITIATOR_RANK)
        self._rendezvous.send_bytes(data, INITIATOR_RANK)

    def _receive(self, tidy):
        if self._rendezvous.receive_int(TARGET_RANK) is None:
            complain("NIXL: failed to receive metadata size")
            raise Stop(1, tidy)
        data = self._rendezvous.receive_bytes(TARGET_RANK)
        if data is None:
            complain("NIXL: failed to receive metadata")
            raise Stop(1, tidy)
        return data


def main(arguments):
    rendezvous = None
    try:
        version = _selected(version_of, os.environ)
        options = _options(arguments, version)
        say(BANNER)
        settle(options)
        interrupts = Interrupts(version.handled_signals)
        waits = _selected(waits_of, os.environ, version, interrupts.signaled)
        rendezvous = Rendezvous(
            options.benchmark_group, options.etcd_endpoints, WORLD_SIZE, waits, version.leases_ranks
        )
        rendezvous.register()
        run = Run(options, version, rendezvous, interrupts)
        interrupts.arm()
        code = run.execute()
    except Stop as stop:
        if stop.tidy and rendezvous is not None:
            rendezvous.forget()
        return stop.code
    rendezvous.forget()
    return code


def _selected(select, *arguments):
    try:
        return select(*arguments)
    except (UnknownVersion, UnknownPolling) as error:
        complain(f"nixlbench stand-in: {error}")
        raise Stop(USAGE_EXIT_CODE) from None


def _options(arguments, version):
    try:
        return parse(arguments, version)
    except VersionWanted:
        say(PROGRAM)
        raise Stop(0) from None
    except HelpWanted:
        # Prints all lines at once, because a reader like `grep -q` closes the pipe as soon as it has found its flag.
        lines = (BANNER, f"  Flags of nixlbench {version.name} that this stand-in knows:", *help_lines(version))
        say("\n".join(lines))
        raise Stop(1) from None
    except FlagErrors as errors:
        say(BANNER)
        for line in errors.lines:
            complain(line)
        raise Stop(1) from None
