import unittest

from nixlbench.options import FlagErrors, HelpWanted, VersionWanted, parse
from nixlbench.versions import VERSIONS

NEW, OLD = VERSIONS["1.4"], VERSIONS["0.7.1"]
TRANSFER_OPTIONS = ["--recreate_xfer=1", "--reregister_mem", "--prepared_xfer", "--pipeline_depth=2", "--use_hugepages"]


class CommandLine(unittest.TestCase):
    def test_every_spelling_that_gflags_takes(self):
        options = parse(["--backend=LIBFABRIC", "--num_iter", "16", "-warmup-iter", "0x10", "--check_consistency", "x"], OLD)
        self.assertEqual("LIBFABRIC", options.backend)
        self.assertEqual((16, 16), (options.num_iter, options.warmup_iter))
        self.assertTrue(options.check_consistency)

    def test_a_boolean_takes_no_separate_argument(self):
        options = parse(["-check_consistency", "false", "--noenable_pt"], OLD)
        self.assertTrue(options.check_consistency)
        self.assertFalse(options.enable_pt)

    def test_defaults_are_those_of_nixlbench(self):
        options = parse([], OLD)
        self.assertEqual((4096, 67108864, 8589934592), (options.start_block_size, options.max_block_size, options.total_buffer_size))
        self.assertEqual(("default", "UCX", "", 16), (options.benchmark_group, options.backend, options.etcd_endpoints, options.large_blk_iter_ftr))

    def test_all_errors_come_at_once(self):
        with self.assertRaises(FlagErrors) as raised:
            parse(["--runtime=ETCD", "--num_iter=many", "--total_buffer_size=-1", "--backend"], OLD)
        self.assertEqual(
            [
                "ERROR: unknown command line flag 'runtime'",
                "ERROR: illegal value 'many' specified for int32 flag 'num_iter'",
                "ERROR: illegal value '-1' specified for uint64 flag 'total_buffer_size'",
            ],
            raised.exception.lines[:3],
        )
        self.assertIn("flag 'backend' is missing its argument", raised.exception.lines[3])

    def test_help_wins_over_errors(self):
        with self.assertRaises(HelpWanted):
            parse(["--bogus", "--help"], NEW)

    def test_version_wins_over_errors_and_help_over_version(self):
        with self.assertRaises(VersionWanted):
            parse(["--bogus", "--version"], OLD)
        with self.assertRaises(HelpWanted):
            parse(["--version", "--help"], NEW)

    def test_only_1_4_knows_the_options_of_a_transfer(self):
        options = parse(TRANSFER_OPTIONS, NEW)
        self.assertEqual((True, 2), (options.recreate_xfer, options.pipeline_depth))
        with self.assertRaises(FlagErrors) as raised:
            parse(TRANSFER_OPTIONS, OLD)
        self.assertEqual("ERROR: unknown command line flag 'recreate_xfer'", raised.exception.lines[0])
        self.assertEqual(5, len(raised.exception.lines))
