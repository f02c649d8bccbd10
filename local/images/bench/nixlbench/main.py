"""Performs a run in nixlbench's order: register, back end, start barrier, memory, metadata, rows."""

import json
import os
import signal

from . import BANNER
from .options import FlagErrors, HelpWanted, help_lines, parse
from .output import Stop, complain, say
from .plan import iterations, rows, settle
from .rendezvous import Rendezvous
from .table import banner_lines, header_lines, row_line
from .worker import Worker

WORLD_SIZE = 2
INITIATOR_RANK, TARGET_RANK = 0, 1
SIGTERM_EXIT_CODE = 128 + signal.SIGTERM


class Interrupts:
    """Handles signals. SIGINT ends the run after the current row, a second SIGINT at once. SIGTERM ends it at once, also in
    a container's first process, for which the kernel ignores every signal without a handler."""

    def __init__(self):
        self._count = 0
        signal.signal(signal.SIGINT, self._interrupt)
        if os.getpid() == 1:
            signal.signal(signal.SIGTERM, lambda *_: os._exit(SIGTERM_EXIT_CODE))

    def _interrupt(self, *_):
        say("Ctrl-C received, exiting...")
        self._count += 1
        if self._count > 1:
            os._exit(1)

    def signaled(self):
        return self._count > 0


class Run:
    def __init__(self, options, rendezvous, interrupts):
        self._options = options
        self._rendezvous = rendezvous
        self._signaled = interrupts.signaled
        self._initiates = rendezvous.rank == INITIATOR_RANK
        role = "initiator" if self._initiates else "target"
        self._worker = Worker(options, rendezvous.rank, role)

    def execute(self):
        self._start_together()
        self._worker.allocate()
        self._exchange_metadata()
        if self._initiates:
            for line in (*banner_lines(self._options), *header_lines()):
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
        sides = ": 1 initiators and 1 targets)" if self._options.mode == "SG" else ""
        say(f"Waiting for all processes to start... (expecting {WORLD_SIZE} total{sides}")
        if not self._rendezvous.barrier("start_barrier"):
            complain("Failed to synchronize at start barrier")
            complain("Failed to synchronize all processes")
            raise Stop(1, tidy=True)
        say("All processes are ready to proceed")

    def _synchronize(self):
        if not self._rendezvous.barrier("sync"):
            complain("Failed to synchronize")
            raise Stop(1)

    def _exchange_metadata(self):
        if self._initiates:
            self._worker.load_peer(self._receive(tidy=True))
        else:
            self._send(self._worker.metadata())

    def _initiate(self, block_size, batch_size):
        local = self._worker.buffer.blocks(block_size, batch_size)
        if self._checks("READ"):
            self._worker.buffer.reset(block_size * batch_size)
        remote = [tuple(block) for block in json.loads(self._receive(tidy=False))]
        self._synchronize()
        warmup, timed = iterations(self._options, block_size)
        if warmup > 0:
            self._worker.transfer(local, remote, warmup)
        self._synchronize()
        timings = self._worker.transfer(local, remote, timed)
        self._synchronize()
        if self._checks("READ"):
            self._worker.check(local)
        say(row_line(block_size, batch_size, timed, timings))

    def _serve(self, block_size, batch_size):
        local = self._worker.buffer.blocks(block_size, batch_size)
        if self._checks("WRITE"):
            self._worker.buffer.reset(block_size * batch_size)
        self._send(json.dumps(local).encode())
        self._synchronize()
        warmup, timed = iterations(self._options, block_size)
        seen = self._worker.await_notifications(warmup, 0, self._signaled)
        self._synchronize()
        self._worker.await_notifications(warmup + timed, seen, self._signaled)
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
    say(BANNER)
    interrupts = Interrupts()
    rendezvous = None
    try:
        options = _options(arguments)
        settle(options)
        rendezvous = Rendezvous(options.benchmark_group, options.etcd_endpoints, WORLD_SIZE)
        rendezvous.register()
        code = Run(options, rendezvous, interrupts).execute()
    except Stop as stop:
        if stop.tidy and rendezvous is not None:
            rendezvous.forget()
        return stop.code
    rendezvous.forget()
    return code


def _options(arguments):
    try:
        return parse(arguments)
    except HelpWanted:
        # Prints all lines at once, because a reader like `grep -q` closes the pipe as soon as it has found its flag.
        say("\n".join(("  Flags of nixlbench 0.7.1 that this stand-in knows:", *help_lines())))
        raise Stop(1) from None
    except FlagErrors as errors:
        for line in errors.lines:
            complain(line)
        raise Stop(1) from None
