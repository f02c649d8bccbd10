"""Memory for transfers, filled with nixlbench's patterns."""

import ctypes
import mmap

PATTERNS = {"initiator": 0xBB, "target": 0xAA}
CHUNK_BYTES = 1 << 20


class Buffer:
    """Anonymous memory. Allocates only the part that the largest row uses, and not all of --total_buffer_size:
    otherwise two ranks on one machine would touch 16 GiB with the default flags."""

    def __init__(self, size, role):
        self.size = size
        self._own = PATTERNS[role]
        self._memory = mmap.mmap(-1, size)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self.reset(size)

    def reset(self, length):
        """Restores the pattern of this side, so that a check passes only on bytes that arrive afterwards."""
        ctypes.memset(self.address, self._own, length)

    def blocks(self, block_size, batch_size):
        """Returns (address, length, device) of each block of a batch. The blocks are contiguous."""
        return [(self.address + index * block_size, block_size, 0) for index in range(batch_size)]

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
