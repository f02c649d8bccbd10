"""NIXL agent of one rank: back end, registered memory and transfers, all in the real NIXL library."""

import logging
import os
import socket
import time

from .buffer import PATTERNS, Buffer
from .output import Stop, complain, say
from .plan import BACKENDS
from .timings import Lap, Timings, now_us

US_PER_S = 1e6
NOTIFICATION = b"0xBEEF"
# nixlbench spins: the initiator until a transfer is complete, the target until the notifications arrive, and NIXL's
# progress threads always. In the local cluster, two pods share a few cores with all other processes, and spinning would
# slow down the transfers. So the progress threads pause between two polls, the target only counts notifications, and the
# initiator spins only for as long as small blocks take.
PROGRESS_REST_US = 100
TARGET_PAUSE_S = 0.0005
INITIATOR_SPIN_US = 300
# After that, the initiator pauses for 1/100 of the time waited so far, which is also the most that it adds to a time.
INITIATOR_LOOKS = 100


class Worker:
    def __init__(self, options, rank, role):
        self._options = options
        self._backend = options.backend
        self._role = role
        self._peer = None
        self._registered = None
        self.buffer = None
        if self._backend not in BACKENDS:
            complain(f"Unsupported NIXLBench backend: {self._backend}")
            raise Stop(1)
        self._agent = _create_agent(role)
        say(
            f"Init nixl worker, dev {options.device_list} rank {rank}, type {role}, hostname {socket.gethostname()}"
        )
        self._warn_of_vram()
        try:
            self._agent.create_backend(self._backend, self._parameters())
        except Exception as error:
            complain(f"NIXL: createBackend failed! ({error})")
            raise Stop(1) from error

    def _parameters(self):
        if self._backend != "UCX":
            return {}
        options = self._options
        parameters = {
            "num_threads": str(options.progress_threads),
            "num_workers": str(options.num_threads + 1),
        }
        if options.device_list != "all":
            parameters["device_list"] = options.device_list
        return parameters

    def _warn_of_vram(self):
        side = f"{self._role}_seg_type"
        if getattr(self._options, side) == "VRAM":
            complain(f"WARNING: nixlbench stand-in: this image has no GPU support, --{side}=VRAM uses DRAM")

    def allocate(self):
        options = self._options
        self.buffer = Buffer(options.max_block_size * options.max_batch_size, self._role)
        region = [(self.buffer.address, self.buffer.size, 0, "")]
        try:
            self._registered = self._agent.register_memory(region, "DRAM", backends=[self._backend])
        except Exception as error:
            complain(f"NIXL: registerMem failed (Error code: {error})")
            raise Stop(1) from error

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
        """Runs `count` transfers one after the other and times them."""
        timings = Timings()
        whole = Lap()
        lap = Lap()
        handle = self._create(local, remote)
        timings.prepare.append(lap())
        try:
            for _ in range(count):
                state = self._agent.transfer(handle)
                timings.post.append(lap())
                state = self._complete(handle, state)
                if state != "DONE":
                    raise RuntimeError(state)
                timings.transfer.append(lap())
        except Exception as error:
            say(f"NIXL Xfer failed with status: {error}")
            raise Stop(1, tidy=True) from error
        self._release(handle)
        timings.total_us = whole()
        return timings

    def _complete(self, handle, state):
        began_us = now_us()
        while state == "PROC":
            waited_us = now_us() - began_us
            if waited_us > INITIATOR_SPIN_US:
                time.sleep(waited_us / INITIATOR_LOOKS / US_PER_S)
            state = self._agent.check_xfer_state(handle)
        return state

    def _create(self, local, remote):
        agent = self._agent
        try:
            return agent.initialize_xfer(
                self._options.op_type,
                agent.get_xfer_descs(local, "DRAM"),
                agent.get_xfer_descs(remote, "DRAM"),
                self._peer,
                NOTIFICATION,
                backends=[self._backend],
            )
        except Exception as error:
            complain(f"createXferReq failed: {error}")
            raise Stop(1, tidy=True) from error

    def _release(self, handle):
        try:
            self._agent.release_xfer_handle(handle)
        except Exception as error:
            say("NIXL releaseXferReq failed")
            raise Stop(1, tidy=True) from error

    def await_notifications(self, count, seen, signaled):
        """Waits for `count` notifications of the initiator. Has no time limit, as in 0.7.1: a target whose initiator
        has died waits until another process ends it."""
        while seen < count and not signaled():
            seen += len(self._agent.get_new_notifs().get("initiator", []))
            if seen < count:
                time.sleep(TARGET_PAUSE_S)
        return seen

    def check(self, blocks):
        """Prints the blocks that do not contain the sender's pattern. Does not change the exit code, as in 0.7.1."""
        sender = "initiator" if self._options.op_type == "WRITE" else "target"
        for index, (address, length, _) in enumerate(blocks):
            if not self.buffer.holds(address, length, PATTERNS[sender]):
                complain(f"Consistency check failed for iov 0:{index}")

    def close(self):
        if self._registered is not None:
            self._agent.deregister_memory(self._registered, backends=[self._backend])
            self._registered = None


def _create_agent(name):
    nixl = _load_nixl()
    create = nixl.nixlBind.nixlAgent

    def create_with_rest(name, config):
        config.pthrDelay = PROGRESS_REST_US
        return create(name, config)

    # The Python API does not let callers set the pause of the progress threads, but the configuration of the library does.
    nixl.nixlBind.nixlAgent = create_with_rest
    try:
        # Always uses a progress thread, independent of --enable_pt. nixlbench 0.7.1 works for both back ends with its
        # default (off), but this newer LIBFABRIC plug-in then never completes a transfer on the target's side.
        return nixl.nixl_agent(name, nixl.nixl_agent_config(enable_prog_thread=True, backends=[]))
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
