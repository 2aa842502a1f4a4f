"""Small tables of rows, and a brute-force oracle for Jaccard joins and covers, written without the code under
test.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from curate.examples import EXAMPLES, conform
from curate.stage import StageResult

LATE = "my parcel has not arrived and it is a week late now"


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    wide = [
        {"example_id": f"r{i}", "output": "delivery", "held_out": False, "language": "en"} | row
        for i, row in enumerate(rows)
    ]
    return conform(pl.DataFrame(wide, infer_schema_length=None), EXAMPLES)


def reasons(result: StageResult) -> dict[str, tuple[str, str | None]]:
    return {
        row["example_id"]: (row["reason"], row["kept_id"]) for row in result.dropped.iter_rows(named=True)
    }


def oracle_fold(text: str) -> str:
    """NFKC, lower case, single spaces, no apostrophes between letters."""
    lowered = unicodedata.normalize("NFKC", text).lower().replace("ß", "ss").replace("ς", "σ")
    joined = re.sub(r"(?<=[^\W\d_])['’ʼ‘`´](?=[^\W\d_])", "", unicodedata.normalize("NFKC", lowered))
    return " ".join(joined.split())


def oracle_shingles(text: str, unit: str, n: int) -> set[object]:
    """The shingle set by plain Python strings and tuples."""
    folded = oracle_fold(text)
    words = re.findall(r"[^\W_]+", folded) or folded.split()
    tokens: list[str] | str = " ".join(words) if unit == "char" else words
    if not tokens:
        return set()
    if len(tokens) < n:
        return {tuple(tokens)}
    return {tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)}


def oracle_pairs(texts: list[str], unit: str, n: int, threshold: float) -> dict[tuple[int, int], float]:
    """All pairs at or over the threshold, quadratically."""
    sets = [oracle_shingles(text, unit, n) for text in texts]
    found = {}
    for i in range(len(sets)):
        for j in range(i + 1, len(sets)):
            if (
                sets[i]
                and sets[j]
                and (index := len(sets[i] & sets[j]) / len(sets[i] | sets[j])) >= threshold
            ):
                found[i, j] = index
    return found


@pytest.fixture
def brute_force() -> Callable[..., dict[tuple[int, int], float]]:
    """The quadratic oracle."""
    return oracle_pairs
