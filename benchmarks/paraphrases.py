"""How well MiniLM tells paraphrases from texts that mean something else, by the ways tried.

python -m benchmarks.paraphrases

Settings (thresholds, the logistic models) come from the development half of `benchmarks/paraphrases`, figures
from the held-out half. Two questions, of very different difficulty:

- *another request*: each text against all texts of other anchors, as in a table of that many rows;
- *one thing changed*: each anchor's own negatives, made by one edit.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from curate.dedup.normalise import folded
from curate.semantic.apart import SIGNS, signs
from curate.semantic.door import encoding
from curate.semantic.vectors import whole
from train.stats.intervals import exact_share

PAIRS = Path(__file__).parent / "paraphrases" / "pairs.jsonl"
WANTED_PRECISION, WANTED_RECALL = 0.9, 0.7


def main() -> None:
    pairs = pl.read_ndjson(PAIRS)
    texts = sorted({*pairs["left"], *pairs["right"]})
    at = {text: place for place, text in enumerate(texts)}
    vectors = whole(encoding().embed(texts)).astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    places = [(at[left], at[right]) for left, right in pairs.select("left", "right").rows()]
    first, second = np.array(places).T
    every = folded(pl.Series(texts))
    told = np.array(signs(every, places))
    words = [frozenset(text.split()) for text in every.to_list()]
    shared = np.array([len(words[i] & words[j]) / len(words[i] | words[j]) for i, j in places])
    cosine = (vectors[first] * vectors[second]).sum(axis=1)
    same = pairs["same"].to_numpy()
    dev = np.array([in_development(anchor) for anchor in pairs["anchor"]])
    english = (pairs["language"] == "en").to_numpy()
    scores = {
        "cosine": cosine,
        "cosine, signs": np.where(told == "", cosine, -1.0),
        "cosine, lexical (logistic)": logistic(np.stack([cosine, shared], axis=1), same, dev),
        "cosine, lexical, signs (logistic)": logistic(
            np.stack([cosine, shared, *[(told == sign).astype(float) for sign in SIGNS]], axis=1), same, dev
        ),
    }
    print("one thing changed: held-out half, all languages; threshold of the development half")
    for name, score in scores.items():
        print(f"  {name:36s} {operating(score, same, dev)}")
    held = ~dev
    print("signs: share of held-out pairs that they part, by what was changed")
    for why in ("paraphrase", *sorted(set(pairs["why"]) - {"paraphrase"})):
        mine = held & (pairs["why"] == why).to_numpy()
        print(f"  {why:12s} {share((told != '') & mine, mine)}")
    print("another request: English texts of one half as a table; pairs of two anchors are the false ones")
    owner: dict[int, str] = {}
    for (i, j), anchor in zip(places, pairs["anchor"], strict=True):
        owner[i] = owner[j] = anchor
    for half, chosen in (("development", dev), ("held out", held)):
        table = sorted({place for pair in np.array(places)[chosen & english] for place in pair})
        products = vectors[table] @ vectors[table].T
        up = np.triu_indices(len(table), 1)
        names = np.array([owner[place] for place in table])
        crossing = names[up[0]] != names[up[1]]
        over = np.flatnonzero(crossing & (products[up] >= 0.5))
        parted = np.array(signs(every, [(table[up[0][k]], table[up[1][k]]) for k in over]))
        mine = chosen & english & same
        for way, false_cosines in (
            ("cosine", products[up][over]),
            ("cosine, signs", products[up][over][parted == ""]),
        ):
            print(f"  {half}, {len(table)} texts, {way}")
            for threshold in (0.6, 0.65, 0.7, 0.8, 0.9):
                hit = int(np.sum(mine & (scores[way] >= threshold)))
                false = int(np.sum(false_cosines >= threshold))
                changed = int(np.sum(chosen & english & ~same & (scores[way] >= threshold)))
                print(
                    f"    {threshold:.2f}  precision {ratio(hit, hit + false)}  "
                    f"recall {ratio(hit, int(mine.sum()))}  ({changed} with one thing changed)"
                )
    print("recall at 0.65 by language, held out (signs applied)")
    for language in sorted(set(pairs["language"])):
        mine = held & same & (pairs["language"] == language).to_numpy()
        print(f"  {language:6s} {share((scores['cosine, signs'] >= 0.65) & mine, mine)}")


def in_development(anchor: str) -> bool:
    """The half of an anchor's pairs, as the card says."""
    return hashlib.blake2b(anchor.encode(), digest_size=1).digest()[0] % 2 == 0


def logistic(features: Any, same: Any, dev: Any) -> Any:
    """Probabilities of a model fitted to the development half."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = features[dev].mean(axis=0), features[dev].std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0).fit((features[dev] - mean) / spread, same[dev])
    return model.predict_proba((features - mean) / spread)[:, 1]


def operating(score: Any, same: Any, dev: Any) -> str:
    """Held-out precision and recall at the threshold with recall >= 0.7 on the development half, and the
    average precision.
    """
    from sklearn.metrics import average_precision_score

    ordered = np.sort(score[dev & same])[::-1]
    threshold = ordered[int(np.ceil(WANTED_RECALL * len(ordered))) - 1]
    held = ~dev
    hit = int(np.sum(held & same & (score >= threshold)))
    chosen = int(np.sum(held & (score >= threshold)))
    average = average_precision_score(same[held], score[held])
    return (
        f"precision {ratio(hit, chosen)} at recall {ratio(hit, int(np.sum(held & same)))}, "
        f"average precision {average:.2f}"
    )


def share(part: Any, whole_: Any) -> str:
    return ratio(int(part.sum()), int(whole_.sum()))


def ratio(hits: int, of: int) -> str:
    """A share with its exact 95 % interval."""
    if not of:
        return "-"
    interval = exact_share(hits, of, 0.95)
    return f"{hits / of:.2f} [{interval.low:.2f}, {interval.high:.2f}] ({hits}/{of})"


if __name__ == "__main__":
    main()
