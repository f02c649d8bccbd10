import unittest

from nixlbench.options import parse
from nixlbench.table import banner_lines, header_lines, row_line
from nixlbench.timings import Durations, Timings
from nixlbench.versions import VERSIONS

NEW, OLD = VERSIONS["1.4"], VERSIONS["0.7.1"]


def figures(*arguments):
    """Returns bandwidth and latency of a row: 1 MiB, batch 2, 4 iterations in 800 us."""
    cells = row_line(parse([*arguments], NEW), 1048576, 2, 4, Timings(total_us=800)).split()
    return cells[2], cells[3]


class Table(unittest.TestCase):
    def test_columns_start_where_nixlbench_puts_them(self):
        header, line = header_lines()
        self.assertEqual((20 + 9 * 15, "-" * 160), (len(header), line))
        self.assertEqual([20, 35, 50, 65], [header.index(name) for name in ("Batch Size", "B/W", "Avg Lat.", "Avg Prep")])

    def test_a_row_counts_gigabytes_of_1e9_and_latency_per_block(self):
        timings = Timings(Durations([50]), Durations([10, 30]), Durations([70, 90]), total_us=200)
        self.assertEqual(
            "1048576             2              20.971520      50.0           50.0           50.0           20.0           "
            "30.0           80.0           90.0           ",
            row_line(parse([], NEW), 1048576, 2, 2, timings),
        )

    def test_the_value_of_a_label_wider_than_its_column_follows_at_once(self):
        lines = list(banner_lines(parse(["--backend=LIBFABRIC", "--check_consistency"], OLD), OLD))
        self.assertIn("Backend (--backend=[UCX,UCX_MO,GDS,GDS_MT,POSIX,Mooncake,HF3FS,OBJ]): LIBFABRIC", lines)
        self.assertIn("Check consistency (--check_consistency=[0,1])               : 1", lines)

    def test_the_banner_of_1_4_has_its_options(self):
        lines = list(banner_lines(parse(["--pipeline_depth=4"], NEW), NEW))
        self.assertIn("Runtime (--runtime_type=[ETCD,ASIO])                        : ETCD", lines)
        self.assertIn("Pipeline depth (--pipeline_depth=N)                         : 4", lines)
        self.assertFalse([line for line in banner_lines(parse([], OLD), OLD) if "pipeline" in line])

    def test_pairwise_mg_counts_every_device_of_the_initiator(self):
        self.assertEqual(("10.485760", "100.0"), figures("--mode=MG"))
        self.assertEqual(("20.971520", "50.0"), figures("--mode=MG", "--num_initiator_dev=2", "--num_target_dev=2"))

    def test_other_schemes_count_one_device(self):
        for scheme in ("manytoone", "onetomany", "tp"):
            devices = ("--num_initiator_dev=2", "--num_target_dev=2")
            self.assertEqual(("10.485760", "100.0"), figures("--mode=MG", f"--scheme={scheme}", *devices))

    def test_p99_of_few_samples_is_the_largest(self):
        self.assertEqual(9.0, Durations([1, 9, 5]).p99())
        self.assertEqual(98.0, Durations(range(99)).p99())
