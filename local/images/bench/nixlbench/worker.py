"""NIXL agent of one rank: back end, registered memory and transfers, all in the real NIXL library."""

import logging
import os
import signal
import socket
import time

from .buffer import PATTERNS, Buffer
from .death import die
from .output import Stop, complain, say
from .plan import BACKENDS
from .plugins import plugin_problem
from .schemes import Layout
from .transfers import Transfers

US_PER_S = 1e6
# nixlbench's target and NIXL's progress threads spin. In the local cluster, two pods share a few cores with all other
# processes, and spinning would slow down the transfers. So the progress threads pause between two polls, and the target
# pauses as long between two counts of the notifications. Without a progress thread, only these counts let UCX receive data:
# at 0.0625 GB/s, 6 KB arrive in a pause.
PAUSE_US = 100
# Time between two looks for the keys of the other ranks (1.1 and later).
LIVENESS_CHECK_S = 5


class Worker:
    """`interrupts` ends transfers and waits. Raises Stop(1) when the back end cannot be created, in releases that check it."""

    def __init__(self, options, version, rendezvous, role, interrupts):
        self._options = options
        self._version = version
        self._rendezvous = rendezvous
        self._role = role
        self._interrupts = interrupts
        self._backend = options.backend
        self._peer = None
        self._registered = []
        self._agent = None
        self._layout = Layout(options, role == "initiator")
        self._buffer = None
        if self._backend not in BACKENDS:
            complain(f"Unsupported NIXLBench backend: {self._backend}")
            raise Stop(1)
        problem = plugin_problem(self._backend, os.environ, version.plugin_log)
        if problem:
            problem.report_at_start()
        self._announce()
        if problem:
            problem.report_at_creation()
            self._refuse_backend("NIXL_ERR_NOT_FOUND")
        else:
            self._create_backend()

    def _announce(self):
        options = self._options
        say(
            f"Init nixl worker, dev {self._device()} rank {self._rendezvous.rank}, type {self._role},"
            f" hostname {socket.gethostname()}{self._version.init_ends.get(options.backend, '')}"
        )
        side = f"{self._role}_seg_type"
        if getattr(options, side) == "VRAM":
            complain(f"WARNING: nixlbench stand-in: this image has no GPU support, --{side}=VRAM uses DRAM")

    def _device(self):
        return "all" if self._options.scheme != "pairwise" else self._options.device_list.split(",")[0]

    def _create_backend(self):
        agent = _create_agent(
            self._role,
            progress=self._options.enable_pt or self._version.forces_progress_thread,
            several_threads=self._options.num_threads > 1,
        )
        try:
            agent.create_backend(self._backend, self._parameters())
        except Exception as error:
            self._refuse_backend(error)
        else:
            self._agent = agent

    def _refuse_backend(self, error):
        if self._version.checks_backend:
            complain(f"NIXL: createBackend failed! ({error})")
            raise Stop(1)

    def _parameters(self):
        if self._backend != "UCX":
            return {}
        options = self._options
        parameters = {
            "num_threads": str(options.progress_threads),
            "num_workers": str(options.num_threads + 1),
        }
        if self._device() != "all":
            parameters["device_list"] = self._device()
        return parameters

    def allocate(self):
        if self._agent is None:
            # The release has not noticed that there is no back end, and now uses it.
            die(signal.SIGSEGV)
        self._buffer = Buffer(self._layout.size, self._role)
        for offset, device in self._layout.parts():
            region = [(self._buffer.address + offset, self._layout.part_bytes, device, "")]
            try:
                self._registered.append(self._agent.register_memory(region, "DRAM", backends=[self._backend]))
            except Exception as error:
                complain(self._version.register_failed.format(error))
                raise Stop(1) from error

    def blocks(self, block_size, batch_size):
        """Returns (address, length, device) of every block of a row, in a list for each thread."""
        start = self._buffer.address
        return [
            [(start + offset, length, device) for offset, length, device in blocks]
            for blocks in self._layout.lists(block_size, batch_size)
        ]

    def metadata(self):
        return self._agent.get_agent_metadata()

    def load_peer(self, metadata):
        try:
            name = self._agent.add_remote_agent(metadata)
        except Exception as error:
            complain(f"NIXL: loadRemoteMD failed: {error}")
            raise Stop(1, tidy=True) from error
        self._peer = name.decode() if isinstance(name, bytes) else name

    def transfer(self, local, remote, count):
        """Runs `count` transfers, spread over the threads, and returns their times."""
        transfers = Transfers(self._agent, self._options, self._version, self._peer, self._interrupted)
        return transfers.run(local, remote, count)

    def await_notifications(self, count, seen):
        """Waits for `count` notifications of the initiator and returns how many arrived. Has no time limit: without leases
        of the ranks, a target whose initiator has died waits until another process ends it."""
        looked = time.monotonic()
        while seen < count and not self._interrupted():
            seen += len(self._agent.get_new_notifs().get("initiator", []))
            if seen < count:
                time.sleep(PAUSE_US / US_PER_S)
            if self._version.leases_ranks and time.monotonic() - looked >= LIVENESS_CHECK_S:
                looked = time.monotonic()
                self._check_peers()
        return seen

    def _check_peers(self):
        if not self._rendezvous.peers_alive():
            complain("nixlbench: peer liveness check failed — aborting poll")
            self._interrupts.end()

    def _interrupted(self):
        return self._version.interrupts_transfers and self._interrupts.signaled()

    def reset(self, lists):
        """Restores the pattern of this side in the blocks of a row."""
        for blocks in lists:
            self._buffer.reset(blocks)

    def check(self, lists):
        """Prints the blocks that do not contain the sender's pattern. Does not change the exit code, as in nixlbench."""
        sender = "initiator" if self._options.op_type == "WRITE" else "target"
        for number, blocks in enumerate(lists):
            for index, (address, length, _) in enumerate(blocks):
                if not self._buffer.holds(address, length, PATTERNS[sender]):
                    complain(f"Consistency check failed for iov {number}:{index}")

    def close(self):
        while self._registered:
            self._agent.deregister_memory(self._registered.pop(), backends=[self._backend])


def _create_agent(name, progress, several_threads):
    nixl = _load_nixl()
    create = nixl.nixlBind.nixlAgent

    def create_with_rest(name, config):
        config.pthrDelay = PAUSE_US
        return create(name, config)

    # The Python API does not let callers set the pause of the progress threads, but the configuration of the library does.
    nixl.nixlBind.nixlAgent = create_with_rest
    sync = nixl.nixl_thread_sync_t
    mode = sync.NIXL_THREAD_SYNC_RW if several_threads else sync.NIXL_THREAD_SYNC_DEFAULT
    try:
        return nixl.nixl_agent(
            name, nixl.nixl_agent_config(enable_prog_thread=progress, backends=[], sync_mode=mode)
        )
    finally:
        nixl.nixlBind.nixlAgent = create


def _load_nixl():
    # Imports NIXL late, so that a wrong flag or an unreachable etcd is reported at once, and unit tests need no NIXL.
    from nixl_cu12 import _api

    if "NIXL_LOG_LEVEL" not in os.environ:
        # The Python wrapper logs each step, which nixlbench does not.
        logging.getLogger(_api.__name__).setLevel(logging.WARNING)
        _api.logger.setLevel(logging.WARNING)
    return _api
