import contextlib
import io
import unittest

from nixlbench.options import parse
from nixlbench.output import Stop
from nixlbench.plan import iterations, rows, settle


def settled(*arguments):
    """Returns the options after settle(), and its standard output and standard error."""
    options = parse(["--etcd_endpoints=http://e:2379", *arguments])
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

    def test_more_than_one_pair_is_refused_and_not_pretended(self):
        for flag in ("--num_threads=2", "--num_initiator_dev=2", "--num_target_dev=2"):
            stop, _, complained = settled(flag, "--max_block_size=1048576")
            self.assertEqual(1, stop.code)
            self.assertIn("above 1 is not supported", complained)
