"""TF-IDF of words and character n-grams with logistic regression: what a morning's work without a neural
network gives.

Character n-grams stay within words, so that spelling slips and inflections still meet. About 10 s for 9,000
short texts and 77 labels on one thread; the saved weights are labels x terms numbers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.files import dump_json
from train.arrays import Floats
from train.kinds.classification import codes_of
from train.params import TfidfParams
from train.systems.base import Classifier, Context
from train.systems.linear import Softmax, fit_softmax

# From here on a term of a single row is noise that costs memory; on fewer rows it may be all there is.
_MANY_ROWS = 1000


class TfidfRegression(Classifier):
    """Logistic regression over TF-IDF of word and character n-grams."""

    name = "tfidf_lr"
    title = "TF-IDF with logistic regression"
    family = "words"
    head: Softmax
    vectorizers: tuple[Any, Any]
    ranges: dict[str, list[int]]

    @property
    def trainable_parameters(self) -> int:
        """Weights, biases and inverse document frequencies."""
        return self.head.size + int(self.head.weight.shape[1])

    def fit(
        self, train: pl.DataFrame, validation: pl.DataFrame, labels: tuple[str, ...], ctx: Context
    ) -> None:
        """Learn the terms and the regression; validation rows are not used."""
        self.labels = labels
        knobs = ctx.params.tfidf
        texts, codes = train["input"].to_list(), codes_of(train, labels)
        self._learn_terms(texts, knobs)
        self.head = fit_softmax(self._features(texts), codes, len(labels), knobs.C)

    def _learn_terms(self, texts: list[str], knobs: TfidfParams) -> None:
        self.ranges = {"word": list(knobs.words), "char_wb": list(knobs.characters)}
        least = knobs.min_rows if len(texts) >= _MANY_ROWS else 1
        self.vectorizers = (
            _vectorizer("word", knobs.words, least),
            _vectorizer("char_wb", knobs.characters, least),
        )
        for vectorizer in self.vectorizers:
            try:
                vectorizer.fit(texts)
            except ValueError as error:  # no term is left
                raise AssayError(
                    f"system `{self.name}` finds no {vectorizer.analyzer} n-gram in {vectorizer.min_df} "
                    f"training rows or more",
                    fix="lower params.train.tfidf.min_rows, or leave tfidf_lr out of params.train.systems",
                ) from error

    def _features(self, texts: Sequence[str]) -> Any:
        from scipy import sparse

        return sparse.hstack([vectorizer.transform(texts) for vectorizer in self.vectorizers]).tocsr()

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities `[texts, labels]`."""
        return self.head.proba(self._features(texts)) if len(texts) else np.zeros((0, len(self.labels)))

    def facts(self) -> dict[str, Any]:
        """How many terms were learned."""
        return {"terms": self.head.weight.shape[1]}

    def save(self, folder: Path) -> None:
        """Write weights, biases, inverse document frequencies, and the terms in the order of their
        columns.
        """
        from safetensors.numpy import save_file

        arrays = {"weight": self.head.weight, "bias": self.head.bias}
        terms = {}
        for vectorizer in self.vectorizers:
            arrays[f"idf_{vectorizer.analyzer}"] = vectorizer.idf_
            terms[vectorizer.analyzer] = vectorizer.get_feature_names_out().tolist()
        save_file(arrays, folder / "weights.safetensors")
        (folder / "terms.json").write_text(
            dump_json({"ranges": self.ranges, "terms": terms}), encoding="utf-8"
        )

    def load(self, folder: Path) -> None:
        """Rebuild the vectorizers from their terms and frequencies."""
        from safetensors.numpy import load_file

        arrays = load_file(folder / "weights.safetensors")
        saved = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        self.head = Softmax(arrays["weight"], arrays["bias"])
        self.ranges = saved["ranges"]
        rebuilt = []
        for analyzer in ("word", "char_wb"):
            vectorizer = _vectorizer(analyzer, tuple(self.ranges[analyzer]), 1, saved["terms"][analyzer])
            vectorizer.idf_ = arrays[f"idf_{analyzer}"]
            rebuilt.append(vectorizer)
        self.vectorizers = (rebuilt[0], rebuilt[1])


def _vectorizer(analyzer: str, ngrams: tuple[int, ...], least: int, terms: list[str] | None = None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    # One-letter words count too: "I" and "a" tell requests from statements.
    pattern = r"(?u)\b\w+\b" if analyzer == "word" else None
    return TfidfVectorizer(
        analyzer=analyzer,
        ngram_range=ngrams,
        min_df=least,
        sublinear_tf=True,
        token_pattern=pattern,
        vocabulary=terms,
    )
