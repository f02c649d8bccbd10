import unittest

from nixlbench.versions import UnknownVersion, version_of


class Selection(unittest.TestCase):
    def test_1_4_is_the_default(self):
        for environment in ({}, {"LOCAL_NIXLBENCH": ""}, {"LOCAL_NIXLBENCH": "1.4"}):
            self.assertEqual("1.4", version_of(environment).name)
        self.assertEqual("0.7.1", version_of({"LOCAL_NIXLBENCH": "0.7.1"}).name)

    def test_an_unknown_release_is_an_error_that_names_the_known_ones(self):
        with self.assertRaisesRegex(UnknownVersion, "LOCAL_NIXLBENCH=1.5: expected 1.4 or 0.7.1"):
            version_of({"LOCAL_NIXLBENCH": "1.5"})
