#!/usr/bin/python3
"""Writes a Llama-architecture GGUF file with random weights, about 490 kB.

It answers nonsense, but a real llama-server loads and serves it.
usage: make_tiny_gguf.py OUT.gguf
"""

import random
import struct
import sys
from array import array

ALIGNMENT = 32
EMBEDDING, HEADS, BLOCKS, FEED_FORWARD, CONTEXT = 64, 4, 2, 128, 2048

# GGUF value types.
UINT32, INT32, FLOAT32, STRING, ARRAY = 4, 5, 6, 8, 9
# Token types.
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6


def vocabulary():
    """Tokens, scores and types: the special ones, every byte, a few words and letters."""
    words = ["\u2581" + word for word in "the a of and to in is slot model ready".split()]
    pieces = words + list("abcdefghijklmnopqrstuvwxyz") + ["\u2581"]
    tokens = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % byte for byte in range(256)] + pieces
    scores = [0.0] * 259 + [-float(rank) for rank in range(1, len(pieces) + 1)]
    types = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * len(pieces)
    return tokens, scores, types


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key, kind, payload):
    return string(key) + struct.pack("<I", kind) + payload


def number(key, value):
    return entry(key, UINT32, struct.pack("<I", value))


def listing(key, kind, values, payload):
    return entry(key, ARRAY, struct.pack("<IQ", kind, len(values)) + payload)


def metadata():
    tokens, scores, types = vocabulary()
    return [
        entry("general.architecture", STRING, string("llama")),
        entry("general.name", STRING, string("tiny-random")),
        number("llama.context_length", CONTEXT),
        number("llama.embedding_length", EMBEDDING),
        number("llama.block_count", BLOCKS),
        number("llama.feed_forward_length", FEED_FORWARD),
        number("llama.attention.head_count", HEADS),
        number("llama.attention.head_count_kv", HEADS),
        number("llama.rope.dimension_count", EMBEDDING // HEADS),
        entry("llama.attention.layer_norm_rms_epsilon", FLOAT32, struct.pack("<f", 1e-5)),
        number("llama.vocab_size", len(tokens)),
        entry("tokenizer.ggml.model", STRING, string("llama")),
        listing("tokenizer.ggml.tokens", STRING, tokens, b"".join(map(string, tokens))),
        listing("tokenizer.ggml.scores", FLOAT32, scores, struct.pack("<%df" % len(scores), *scores)),
        listing("tokenizer.ggml.token_type", INT32, types, struct.pack("<%di" % len(types), *types)),
        number("tokenizer.ggml.bos_token_id", 1),
        number("tokenizer.ggml.eos_token_id", 2),
        number("tokenizer.ggml.unknown_token_id", 0),
    ]


def tensor_shapes():
    words = len(vocabulary()[0])
    yield "token_embd.weight", (EMBEDDING, words)
    yield "output_norm.weight", (EMBEDDING,)
    yield "output.weight", (EMBEDDING, words)
    for block in range(BLOCKS):
        prefix = "blk.%d." % block
        yield prefix + "attn_norm.weight", (EMBEDDING,)
        for part in ("q", "k", "v", "output"):
            yield prefix + "attn_%s.weight" % part, (EMBEDDING, EMBEDDING)
        yield prefix + "ffn_norm.weight", (EMBEDDING,)
        yield prefix + "ffn_gate.weight", (EMBEDDING, FEED_FORWARD)
        yield prefix + "ffn_up.weight", (EMBEDDING, FEED_FORWARD)
        yield prefix + "ffn_down.weight", (FEED_FORWARD, EMBEDDING)


def weights(shape, source):
    if len(shape) == 1:  # a norm
        return array("f", [1.0] * shape[0]).tobytes()
    return array("f", [source.gauss(0, 0.05) for _ in range(shape[0] * shape[1])]).tobytes()


def padded(data):
    return data + b"\0" * (-len(data) % ALIGNMENT)


def gguf():
    source = random.Random(7)  # the same file every time
    infos, data = [], b""
    for name, shape in tensor_shapes():
        infos.append(string(name) + struct.pack("<I", len(shape)) + struct.pack("<%dQ" % len(shape), *shape)
                     + struct.pack("<IQ", 0, len(data)))
        data += padded(weights(shape, source))
    entries = metadata()
    head = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(entries)) + b"".join(entries + infos)
    return padded(head) + data


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_tiny_gguf.py OUT.gguf")
    with open(sys.argv[1], "wb") as out:
        out.write(gguf())


if __name__ == "__main__":
    main()
