"""The table that `cargo bench -p flowright-bench --bench understanding` is held against: TF-IDF over
words, word pairs and characters, and a linear support vector machine, of scikit-learn.

    pip install scikit-learn
    python3 bench/baseline.py [DATA]

DATA is the folder of the sets, `../shared/data` beside the checkout if it is not given.
"""

import sys
import time
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC


def pairs(path):
    lines = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines())
    return [(first, second.strip()) for first, second in lines]


def rows(path):
    return [(text, label) for text, label in pairs(path) if label != "oos"]


def main():
    here = Path(__file__).parent
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "../../shared/data"
    for name, file in pairs(here / "sets.tsv"):
        files = [data / name / part for part in file.split(" ")]
        if not all(part.exists() for part in files):
            print(f"{name}, {file}: left out, it is not there")
            continue
        train = [row for part in files for row in rows(part)]
        test = rows(data / name / "test.tsv")
        # Chinese has no blanks between words: characters, in place of words and their pairs.
        chars = "char" if name == "crosswoz" else "char_wb"
        grams = (1, 3) if name == "crosswoz" else (3, 5)
        features = [TfidfVectorizer(analyzer=chars, ngram_range=grams, sublinear_tf=True)]
        if name != "crosswoz":
            features.append(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True))
        model = make_pipeline(make_union(*features), LinearSVC(C=0.5))
        began = time.perf_counter()
        model.fit([text for text, _ in train], [label for _, label in train])
        took = time.perf_counter() - began
        said = model.predict([text for text, _ in test])
        meant = [label for _, label in test]
        right = sum(a == b for a, b in zip(said, meant)) / len(meant)
        f1 = f1_score(meant, said, average="macro")
        print(f"{name + ', ' + file:<34} accuracy {right:.4f}  macro-F1 {f1:.4f}  train {took:.2f} s")


if __name__ == "__main__":
    main()
