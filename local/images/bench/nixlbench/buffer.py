"""Memory for transfers, filled with nixlbench's patterns."""

import ctypes
import mmap

PATTERNS = {"initiator": 0xBB, "target": 0xAA}
CHUNK_BYTES = 1 << 20


class Buffer:
    """Anonymous memory. Allocates only the part that the largest row uses, and not all of --total_buffer_size:
    otherwise two ranks on one machine would touch 16 GiB with the default flags."""

    def __init__(self, size, role):
        self._own = PATTERNS[role]
        self._memory = mmap.mmap(-1, size)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self.reset([(self.address, size, 0)])

    def reset(self, blocks):
        """Restores the pattern of this side, so that a check passes only on bytes that arrive afterwards."""
        for address, length, _ in blocks:
            ctypes.memset(address, self._own, length)

    def holds(self, address, length, value):
        """Whether every byte of a block has this value."""
        start = address - self.address
        expected = bytes([value]) * CHUNK_BYTES
        with memoryview(self._memory) as view:
            for offset in range(start, start + length, CHUNK_BYTES):
                part = view[offset : min(offset + CHUNK_BYTES, start + length)]
                if part != expected[: len(part)]:
                    return False
        return True
