import contextlib
import io
import unittest

from nixlbench.options import parse
from nixlbench.output import Stop
from nixlbench.plan import iterations, rows, settle
from nixlbench.versions import VERSIONS


def settled(*arguments):
    """Returns the options after settle(), and its standard output and standard error."""
    options = parse(["--etcd_endpoints=http://e:2379", *arguments], VERSIONS["1.4"])
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()) as complained:
        try:
            settle(options)
        except Stop as stop:
            return stop, said.getvalue(), complained.getvalue()
    return options, said.getvalue(), complained.getvalue()


class Plan(unittest.TestCase):
    def test_iterations_are_rounded_up_and_said_so(self):
        options, said, _ = settled()
        self.assertEqual((1008, 112), (options.num_iter, options.warmup_iter))
        self.assertEqual(
            "WARNING: Adjusting num_iter to 1008 to allow equal distribution to 1 threads\n"
            "WARNING: Adjusting warmup_iter to 112 to allow equal distribution to 1 threads\n",
            said,
        )

    def test_multiples_are_left_alone(self):
        options, said, _ = settled("--num_iter=160", "--warmup_iter=0")
        self.assertEqual((160, 0, ""), (options.num_iter, options.warmup_iter, said))

    def test_only_blocks_above_one_mebibyte_run_fewer_iterations(self):
        options, _, _ = settled()
        self.assertEqual((112, 1008), iterations(options, 1 << 20))
        self.assertEqual((7, 63), iterations(options, 2 << 20))

    def test_default_rows_are_fifteen_doubling_blocks(self):
        options, _, _ = settled()
        self.assertEqual([(4096 << step, 1) for step in range(15)], list(rows(options)))

    def test_batches_double_within_a_block(self):
        options, _, _ = settled("--start_block_size=4096", "--max_block_size=8192", "--max_batch_size=4")
        self.assertEqual([(4096, 1), (4096, 2), (4096, 4), (8192, 1), (8192, 2), (8192, 4)], list(rows(options)))

    def test_a_buffer_that_is_too_small_is_refused(self):
        stop, _, complained = settled("--total_buffer_size=1048576")
        self.assertEqual((1, False), (stop.code, stop.tidy))
        self.assertTrue(complained.startswith("Incorrect buffer size configuration for Initiator(max_block_size"))

    def test_a_buffer_that_the_threads_and_devices_cannot_share_is_refused(self):
        flags = ("--mode=MG", "--num_threads=3", "--total_buffer_size=67108864", "--max_block_size=4096")
        stop, _, complained = settled(*flags, "--num_initiator_dev=2")
        self.assertEqual(1, stop.code)
        self.assertEqual(
            "Total_buffer_size must be divisible by the product of num_threads and num_initiator_dev"
            ", next such value is 67108866\n",
            complained,
        )
        _, _, complained = settled("--mode=MG", "--num_target_dev=3", "--total_buffer_size=1000", "--max_block_size=256", "--start_block_size=256")
        self.assertIn("product of num_threads and num_target_dev, next such value is 1002", complained)

    def test_several_threads_and_in_mode_mg_several_devices_are_accepted(self):
        options, _, _ = settled("--num_threads=2", "--mode=MG", "--num_initiator_dev=2", "--num_target_dev=2", "--max_block_size=1048576")
        self.assertEqual((2, 2, 2), (options.num_threads, options.num_initiator_dev, options.num_target_dev))

    def test_mode_sg_has_more_ranks_than_the_stand_in_for_several_devices(self):
        for flag in ("--num_initiator_dev=2", "--num_target_dev=2"):
            stop, _, complained = settled(flag, "--max_block_size=1048576")
            self.assertEqual(1, stop.code)
            self.assertIn("above 1 needs mode MG", complained)

    def test_an_unknown_scheme_is_refused(self):
        stop, _, complained = settled("--scheme=ring")
        self.assertEqual(1, stop.code)
        self.assertIn("scheme must be one of pairwise, manytoone, onetomany, tp (got ring)", complained)

    def test_a_pairwise_device_list_has_an_entry_for_each_device(self):
        devices = ("--mode=MG", "--num_initiator_dev=2", "--num_target_dev=2", "--max_block_size=4096")
        options, _, _ = settled(*devices, "--device_list=a,b")
        self.assertEqual("a,b", options.device_list)
        _, _, complained = settled(*devices, "--device_list=a")
        self.assertIn("provided for pairwise scheme 1# devices", complained)
