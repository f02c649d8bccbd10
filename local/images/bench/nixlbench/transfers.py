"""Transfers of one row: the initiator's requests to NIXL, one after the other in each thread."""

import time
from concurrent.futures import ThreadPoolExecutor

from .death import die_of_bad_alloc
from .output import Stop, complain, say
from .timings import Lap, Timings, now_us

US_PER_S = 1e6
NOTIFICATION = b"0xBEEF"
# nixlbench spins until a transfer is complete. The stand-in spins only for as long as small blocks take, so that it leaves
# the processor to the other side.
SPIN_US = 300
# After that, it pauses for 1/100 of the time waited so far, which is also the most that it adds to a time. Without a progress
# thread, its looks let UCX send data: the socket's buffer lasts longer than a pause.
LOOKS = 100


class Transfers:
    """Transfers from one agent to `peer`. `interrupted` tells whether a signal shall end them."""

    def __init__(self, agent, options, version, peer, interrupted):
        self._agent = agent
        self._options = options
        self._version = version
        self._peer = peer
        self._interrupted = interrupted

    def run(self, local, remote, count):
        """Runs `count` transfers, spread over the threads, which have a list of blocks each. Returns their times.

        Raises Stop(1) when NIXL reports a failure, and after a signal.
        """
        share = count // len(local)
        if self._version.copies_remote_blocks_unchecked:
            remote = _copied(local, remote)
        timings = Timings()
        whole = Lap()
        with ThreadPoolExecutor(len(local)) as threads:
            for thread in threads.map(lambda pair: self._run_in_turn(*pair, share), zip(local, remote)):
                timings.add(thread)
        timings.total_us = whole()
        return timings

    def _run_in_turn(self, local, remote, count):
        timings = Timings()
        lap = Lap()
        handle = self._create(local, remote)
        timings.prepare.append(lap())
        for _ in range(count):
            state = self._ask(self._agent.transfer, handle)
            timings.post.append(lap())
            self._complete(handle, state)
            timings.transfer.append(lap())
        self._release(handle)
        return timings

    def _complete(self, handle, state):
        began_us = now_us()
        while state == "PROC":
            if self._interrupted():
                raise Stop(1, tidy=True)
            waited_us = now_us() - began_us
            if waited_us > SPIN_US:
                time.sleep(waited_us / LOOKS / US_PER_S)
            state = self._ask(self._agent.check_xfer_state, handle)
        if state != "DONE":
            self._fail(state)

    def _ask(self, request, handle):
        try:
            return request(handle)
        except Exception as error:
            return self._fail(error)

    def _fail(self, reason):
        tell = complain if self._version.transfer_failed_on_stderr else say
        tell(self._version.transfer_failed.format(reason))
        raise Stop(1, tidy=True)

    def _create(self, local, remote):
        agent = self._agent
        try:
            return agent.initialize_xfer(
                self._options.op_type,
                agent.get_xfer_descs(local, "DRAM"),
                agent.get_xfer_descs(remote, "DRAM"),
                self._peer,
                NOTIFICATION,
                backends=[self._options.backend],
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


def _copied(local, remote):
    """Returns as many remote blocks as there are local ones. Fewer end the process: nixlbench then reads past their end."""
    if any(len(mine) > len(theirs) for mine, theirs in zip(local, remote)):
        die_of_bad_alloc()
    return [theirs[: len(mine)] for mine, theirs in zip(local, remote)]
