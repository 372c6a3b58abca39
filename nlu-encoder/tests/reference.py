"""Writes tests/data/reference.json: what all-MiniLM-L6-v2 makes of some sentences, by another way than
ours: Hugging Face's `tokenizers` cuts them, numpy in double precision does the sums.

    pip install tokenizers numpy safetensors
    python reference.py FOLDER > data/reference.json
"""

import json
import math
import sys

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

SENTENCES = [
    "",
    "hello",
    "Where is my parcel?",
    "My package has not arrived yet.",
    "I'd like to cancel order #54321, please!",
    "Café naïve Ångström ÉCOLE",
    "unaffable antidisestablishmentarianism",
    "我想取消订单 abc",
    "e-mail: a_b@c.de\t(tab)\u200b\u00ad zero",
    "𝔘𝔫𝔦 🙂 ½ ﬁne İstanbul ẞ",
    "x" * 101 + " end",
    "[CLS] is only a word here",
    "pay " * 200,
    "don't   stop…  “quotes” $5 €5 ^caret `tick` +plus",
    "नमस्ते दुनिया",
    "Where is the nearest cash machine?",
]


def main():
    folder = sys.argv[1]
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    # A special token's name in a text is a text.
    special = {t: i for t, i in tokenizer.get_vocab().items() if t in ("[CLS]", "[SEP]")}
    weights = {k: v.astype(np.float64) for k, v in load_file(f"{folder}/model.safetensors").items()}
    config = json.load(open(f"{folder}/config.json"))
    out = []
    for text in SENTENCES:
        if "[CLS]" in text:
            parts = [tokenizer.encode(t, add_special_tokens=False).ids for t in ("[", "CLS", "]", text[5:])]
            ids = [special["[CLS]"], *sum(parts, []), special["[SEP]"]]
        else:
            ids = tokenizer.encode(text).ids
        vector = embed(weights, config, ids)
        out.append({"text": text, "ids": ids, "embedding": [round(float(x), 5) for x in vector]})
    rows = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in out)
    print(f"[\n{rows}\n]")


def embed(w, config, ids):
    heads, eps = config["num_attention_heads"], config["layer_norm_eps"]

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + eps)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    erf = np.vectorize(math.erf)
    x = w["embeddings.word_embeddings.weight"][ids]
    x = x + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for n in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{n}"
        split = lambda y: y.reshape(len(ids), heads, -1).transpose(1, 0, 2)
        q, k, v = (split(linear(x, f"{layer}.attention.self.{p}")) for p in ("query", "key", "value"))
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        seen = (scores @ v).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + linear(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        inner = linear(x, f"{layer}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
        x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


main()
