"""Writes tests/data/tokenizer.json: of a whole `tokenizer.json` the pieces that stand somewhere in the
sentences of tests/data/reference.json, with their numbers. No other piece could be cut from these, so
they are cut as with the whole.

    python mini.py FOLDER/tokenizer.json
"""

import json
import pathlib
import sys
import unicodedata

data = pathlib.Path(__file__).parent / "data"
rows = json.loads((data / "reference.json").read_text("utf-8"))


def forms(text):
    plain = unicodedata.normalize("NFD", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    return plain.lower()


whole = json.load(open(sys.argv[1], encoding="utf-8"))
seen = "\n".join(forms(row["text"]) for row in rows)
keep = lambda piece: piece.removeprefix("##") in seen or piece in ("[UNK]", "[CLS]", "[SEP]", "[PAD]")
vocab = {piece: number for piece, number in whole["model"]["vocab"].items() if keep(piece)}
out = {"normalizer": whole["normalizer"], "model": {"type": "WordPiece", "vocab": vocab}}
(data / "tokenizer.json").write_text(json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
print(len(vocab), "pieces")
