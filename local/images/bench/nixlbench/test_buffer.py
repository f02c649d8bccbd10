import ctypes
import unittest

from nixlbench.buffer import CHUNK_BYTES, PATTERNS, Buffer


class ConsistencyCheck(unittest.TestCase):
    def setUp(self):
        self.size = 2 * CHUNK_BYTES + 3
        self.buffer = Buffer(self.size, "target")

    def test_one_wrong_byte_is_found_wherever_it_is(self):
        address = self.buffer.address
        for offset in (0, CHUNK_BYTES, self.size - 1):
            ctypes.memset(address, PATTERNS["initiator"], self.size)
            self.assertTrue(self.buffer.holds(address, self.size, PATTERNS["initiator"]))
            ctypes.memset(address + offset, 0, 1)
            self.assertFalse(self.buffer.holds(address, self.size, PATTERNS["initiator"]))

    def test_a_reset_takes_back_what_was_received(self):
        ctypes.memset(self.buffer.address, PATTERNS["initiator"], self.size)
        self.buffer.reset([(self.buffer.address, self.size, 0)])
        self.assertTrue(self.buffer.holds(self.buffer.address, self.size, PATTERNS["target"]))
