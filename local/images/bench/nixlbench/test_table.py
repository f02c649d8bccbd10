import unittest

from nixlbench.options import parse
from nixlbench.table import banner_lines, header_lines, row_line
from nixlbench.timings import Durations, Timings


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
            row_line(1048576, 2, 2, timings),
        )

    def test_the_value_of_a_label_wider_than_its_column_follows_at_once(self):
        lines = list(banner_lines(parse(["--backend=LIBFABRIC", "--check_consistency"])))
        self.assertIn("Backend (--backend=[UCX,UCX_MO,GDS,GDS_MT,POSIX,Mooncake,HF3FS,OBJ]): LIBFABRIC", lines)
        self.assertIn("Check consistency (--check_consistency=[0,1])               : 1", lines)

    def test_p99_of_few_samples_is_the_largest(self):
        self.assertEqual(9.0, Durations([1, 9, 5]).p99())
        self.assertEqual(98.0, Durations(range(99)).p99())
