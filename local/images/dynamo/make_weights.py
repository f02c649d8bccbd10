"""make_weights.py TOKENIZER_FOLDER FOLDER: makes a model folder with a small Llama that an engine can run.

Copies the files of TOKENIZER_FOLDER, makes the model of its config.json smaller, and adds weights: pseudo-random
numbers, the same on each machine. The answers of such a model have no meaning, but each token depends on all tokens
before it, as in a real model.

Its KV cache has the size of a large model's: 65,536 bytes a token, which is 2 (K and V) x 4 layers x 16 heads x 128
values x 4 bytes. It computes in float32, because processors without instructions for bfloat16 take several times as long
for the latter.
"""

import json
import random
import shutil
import struct
import sys
from array import array
from pathlib import Path

SEED = 1
SIZES = {
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 16,
    "num_key_value_heads": 16,
    "head_dim": 128,
}


def shapes_of(config):
    """Returns the shape of each tensor of a Llama, by its name in Hugging Face's layout."""
    hidden, inner, vocabulary = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    queries = config["num_attention_heads"] * config["head_dim"]
    keys = config["num_key_value_heads"] * config["head_dim"]
    shapes = {"model.embed_tokens.weight": (vocabulary, hidden)}
    for layer in range(config["num_hidden_layers"]):
        shapes |= {
            f"model.layers.{layer}.{name}.weight": shape
            for name, shape in {
                "input_layernorm": (hidden,),
                "self_attn.q_proj": (queries, hidden),
                "self_attn.k_proj": (keys, hidden),
                "self_attn.v_proj": (keys, hidden),
                "self_attn.o_proj": (hidden, queries),
                "post_attention_layernorm": (hidden,),
                "mlp.gate_proj": (inner, hidden),
                "mlp.up_proj": (inner, hidden),
                "mlp.down_proj": (hidden, inner),
            }.items()
        }
    return shapes | {"model.norm.weight": (hidden,), "lm_head.weight": (vocabulary, hidden)}


def tensor(shape, source):
    """Returns the bytes of a tensor in bfloat16: ones for a norm, else uniform numbers of the variance 1 / inputs."""
    if len(shape) == 1:
        return to_bfloat16([1.0] * shape[0])
    rows, columns = shape
    limit = (3 / columns) ** 0.5
    return to_bfloat16([(2 * source.random() - 1) * limit for _ in range(rows * columns)])


def to_bfloat16(numbers):
    """Returns the upper halves of numbers in float32."""
    return array("H", array("f", numbers).tobytes())[1::2].tobytes()


def safetensors(tensors):
    """Returns a file in the format safetensors of (name, shape, bytes)."""
    header, offset = {}, 0
    for name, shape, data in tensors:
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    # The data start at a multiple of 8.
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *(data for _, _, data in tensors)])


def main():
    tokenizer_folder, folder = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.copytree(tokenizer_folder, folder)
    config = json.loads((folder / "config.json").read_text()) | SIZES | {"torch_dtype": "float32"}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    source = random.Random(SEED)
    tensors = [(name, shape, tensor(shape, source)) for name, shape in shapes_of(config).items()]
    (folder / "model.safetensors").write_bytes(safetensors(tensors))


if __name__ == "__main__":
    main()
