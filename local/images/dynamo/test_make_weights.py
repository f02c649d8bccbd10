import json
import random
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import make_weights


class WeightsTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.tokenizer = self.folder / "tiny"
        self.tokenizer.mkdir()
        (self.tokenizer / "config.json").write_text(json.dumps({"vocab_size": 16, "hidden_size": 4096, "rms_norm_eps": 1e-5}))
        (self.tokenizer / "tokenizer.json").write_text("{}")

    def make(self, name):
        with mock.patch.object(sys, "argv", ["make_weights.py", str(self.tokenizer), str(self.folder / name)]):
            make_weights.main()
        return self.folder / name

    def test_copies_the_tokenizer_and_makes_the_model_smaller(self):
        model = self.make("kv")
        config = json.loads((model / "config.json").read_text())
        self.assertEqual((model / "tokenizer.json").read_text(), "{}")
        self.assertEqual(config["vocab_size"], 16)
        self.assertEqual(config["rms_norm_eps"], 1e-5)
        self.assertEqual(config["hidden_size"], 64)
        self.assertEqual(config["torch_dtype"], "float32")

    def test_keeps_65536_bytes_of_kv_a_token(self):
        sizes = make_weights.SIZES
        self.assertEqual(2 * 4 * sizes["num_hidden_layers"] * sizes["num_key_value_heads"] * sizes["head_dim"], 65536)

    def test_makes_the_same_bytes_each_time(self):
        first, second = (self.make(name) / "model.safetensors" for name in ("one", "two"))
        self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_describes_all_data_of_the_file(self):
        data = (self.make("kv") / "model.safetensors").read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        end = 0
        for entry in header.values():
            size = 2
            for number in entry["shape"]:
                size *= number
            self.assertEqual(entry["data_offsets"], [end, end + size])
            end += size
        self.assertEqual(len(data), 8 + length + end)
        self.assertEqual(length % 8, 0)
        self.assertEqual(header["lm_head.weight"]["shape"], [16, 64])
        self.assertEqual(header["model.layers.3.self_attn.o_proj.weight"]["shape"], [64, 2048])


class TensorTest(unittest.TestCase):
    def test_writes_bfloat16(self):
        self.assertEqual(make_weights.to_bfloat16([1.0, -2.0, 0.5]), bytes.fromhex("803f 00c0 003f"))

    def test_makes_a_norm_of_ones(self):
        self.assertEqual(make_weights.tensor((2,), random.Random(1)), bytes.fromhex("803f 803f"))

    def test_scales_with_the_number_of_inputs(self):
        data = make_weights.tensor((8, 48), random.Random(1))
        numbers = [struct.unpack("<f", b"\0\0" + data[i : i + 2])[0] for i in range(0, len(data), 2)]
        self.assertEqual(len(numbers), 8 * 48)
        self.assertLessEqual(max(map(abs, numbers)), 0.25)
        self.assertGreater(max(numbers), 0.2)
        self.assertLess(min(numbers), -0.2)
