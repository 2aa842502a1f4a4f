"""One slice that gives one label where the rest give another is named; what chance brings is not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from train.encoded import _tarone, decided
from train.label_pair import BORDERS, LEVEL, Pair
from train.text_slices import Chances, by_text

LABELS = ["billing", "delivery", "returns"]


def _set(rng: np.random.Generator, rows: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log probabilities of three labels, labels drawn from them, and five slices drawn by chance."""
    truth = rng.integers(3, size=rows)
    logs = rng.normal(scale=1.0, size=(rows, 3)) + 4.0 * np.eye(3)[truth]
    proba = np.exp(logs) / np.exp(logs).sum(1, keepdims=True)
    codes = np.array([rng.choice(3, p=one) for one in proba])
    return logs, codes, rng.choice(list("abcde"), rows)


def _alike(column: np.ndarray) -> np.ndarray:
    """Chances of texts that say nothing of the slice."""
    shares = np.bincount(column[column >= 0]) / np.count_nonzero(column >= 0)
    return np.tile(shares, (len(column), 1))


def _named(
    logs: np.ndarray, codes: np.ndarray, slices: np.ndarray, chances: Chances = _alike
) -> list[tuple[str, str, str]]:
    column = pl.DataFrame({"by": pl.Series(slices.tolist(), dtype=pl.String)})
    ids = pl.Series([f"r{at}" for at in range(len(codes))])
    found = decided(logs, codes, np.ones(len(codes), dtype=bool), column, LABELS, ids, chances)
    return found.found.select("slice", "gives", "where_others_give").rows()


def test_a_planted_decision_is_named_with_its_rows_and_nothing_else() -> None:
    logs, codes, slices = _set(np.random.default_rng(1))
    rows = np.flatnonzero((slices == "c") & (codes == 1))
    codes[rows] = 2
    assert _named(logs, codes, slices) == [("c", "returns", "delivery")]
    column = pl.DataFrame({"by": pl.Series(slices.tolist(), dtype=pl.String)})
    ids = pl.Series([f"r{at}" for at in range(len(codes))])
    behind = decided(logs, codes, np.ones(len(codes), dtype=bool), column, LABELS, ids, _alike).rows
    planted = {f"r{at}" for at in rows}
    assert len(planted & set(behind["example_id"])) >= 0.7 * len(planted)
    order = np.random.default_rng(2).permutation(len(codes))
    assert _named(logs[order], codes[order], slices[order]) == [("c", "returns", "delivery")]


def test_clean_sets_seldom_raise_an_alarm() -> None:
    rng = np.random.default_rng(3)
    alarms = sum(bool(_named(*_set(rng))) for _ in range(60))
    assert alarms <= 3  # 5 % of 60


def test_a_slice_that_words_its_texts_otherwise_decides_nothing_otherwise() -> None:
    """The label depends on a wording of which the odds know nothing, and one slice prefers that wording."""
    alarms = {"odds alone": 0, "texts too": 0}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        features = rng.normal(size=(900, 4))
        truth = rng.integers(3, size=900)
        logs = 4.0 * np.eye(3)[truth]
        logs[truth > 0, 1:] = rng.normal(scale=1.0, size=(np.count_nonzero(truth), 2)) + 4.0
        codes = np.where(truth > 0, 1 + (features[:, 0] > 0), 0)
        own = features[:, 0] + rng.normal(scale=0.7, size=900) > 1.2
        slices = np.where(own, "c", rng.choice(list("abde"), 900))
        texts = by_text([str(at) for at in range(900)], features)
        alarms["odds alone"] += bool(_named(logs, codes, slices))
        alarms["texts too"] += bool(_named(logs, codes, slices, texts))
    assert alarms["odds alone"] >= 8 and alarms["texts too"] <= 1


def test_of_two_slices_one_is_named_and_not_both() -> None:
    logs, codes, _ = _set(np.random.default_rng(4))
    slices = np.where(np.arange(len(codes)) % 3 == 0, "few", "many")
    codes[(slices == "few") & (codes == 0)] = 1
    assert _named(logs, codes, slices) == [("few", "delivery", "billing")]


def test_a_column_that_names_rows_or_one_value_says_nothing() -> None:
    logs, codes, _ = _set(np.random.default_rng(5))
    assert _named(logs, codes, np.array([f"s{at}" for at in range(len(codes))])) == []
    assert _named(logs, codes, np.array(["one"] * len(codes))) == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=4, max_size=40))
def test_in_one_stratum_the_test_is_fishers(rows: list[tuple[bool, bool]]) -> None:
    first = np.array([one for one, _ in rows])
    own = np.array([mine for _, mine in rows])
    odds = np.zeros(len(rows))
    pair = Pair(np.arange(len(rows)), odds, first, own.astype(int), (0, 1))
    stratum, _ = pair.strata(1)
    if len(set(stratum.tolist())) > 1 or first.all() or not first.any() or own.all() or not own.any():
        return
    table = [
        [int((first & own).sum()), int((~first & own).sum())],
        [int((first & ~own).sum()), int((~first & ~own).sum())],
    ]
    expected = fisher_exact(table, alternative="greater").pvalue
    assert pair.test(1, 0.0).p == pytest.approx(expected, rel=1e-6)


def test_tarone_counts_only_tests_that_could_be_significant() -> None:
    assert _tarone(np.array([0.5, 0.6])) == 1
    assert _tarone(np.sort(np.array([1e-9] * 7 + [0.04] * 1000))) == 7
    assert list(BORDERS) == sorted(BORDERS) and LEVEL == 0.05
