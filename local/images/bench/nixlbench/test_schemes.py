import unittest

from nixlbench.options import parse
from nixlbench.schemes import Layout
from nixlbench.versions import VERSIONS


def listed(initiates, *arguments):
    options = parse(["--mode=MG", "--max_block_size=4096", "--max_batch_size=2", *arguments], VERSIONS["1.4"])
    layout = Layout(options, initiates)
    return layout, layout.lists(4096, 2)


def counts(scheme, initiators, targets):
    """Returns how many blocks of a batch of 2 the initiator and the target list."""
    flags = (f"--scheme={scheme}", f"--num_initiator_dev={initiators}", f"--num_target_dev={targets}")
    return tuple(len(listed(initiates, *flags)[1][0]) for initiates in (True, False))


class Lists(unittest.TestCase):
    def test_each_scheme_lists_as_many_blocks_as_nixlbench(self):
        self.assertEqual((2, 2), counts("pairwise", 1, 1))
        self.assertEqual((4, 4), counts("pairwise", 2, 2))
        self.assertEqual((4, 4), counts("manytoone", 2, 1))
        self.assertEqual((4, 4), counts("onetomany", 1, 2))
        self.assertEqual((4, 4), counts("tp", 2, 1))
        self.assertEqual((4, 4), counts("tp", 1, 2))
        self.assertEqual((4, 4), counts("tp", 2, 2))

    def test_sides_with_different_numbers_of_devices_differ_in_a_pairwise_list(self):
        self.assertEqual((4, 2), counts("pairwise", 2, 1))
        self.assertEqual((2, 4), counts("pairwise", 1, 2))

    def test_the_blocks_of_all_threads_devices_and_repeats_do_not_overlap(self):
        layout, lists = listed(True, "--num_threads=2", "--scheme=onetomany", "--num_initiator_dev=2", "--num_target_dev=3")
        starts = sorted(offset for blocks in lists for offset, _, _ in blocks)
        self.assertEqual((2, 24), (len(lists), len(starts)))
        self.assertEqual([4096 * index for index in range(24)], starts)
        self.assertEqual(24 * 4096, layout.size)

    def test_a_block_is_in_the_part_of_its_device(self):
        layout, lists = listed(False, "--num_threads=2", "--num_initiator_dev=2", "--num_target_dev=2")
        parts = list(layout.parts())
        for blocks in lists:
            for offset, _, device in blocks:
                self.assertEqual(device, parts[offset // layout.part_bytes][1])
