"""Twins of rows in partitions are those of the same rows in memory, whatever the cut."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedup import cover, join, spread
from curate.dedup.params import Parts, Similarity
from curate.dedup.spread import Spread, find_twins_spread
from curate.dedup.twins import Twins, Weigh, find_twins
from curate.engine import named
from curate.engine.stream import Stream

WORDS = ["card", "lost", "my", "is", "not", "17th", "27th", "refund", "please", "é", "Late", ""]


@pytest.fixture(autouse=True)
def _band_keys_and_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a corpus too large for prefix keys, whose pairs are verified in many groups."""
    monkeypatch.setattr(cover, "MAX_PREFIX_CHARACTERS", -1)
    monkeypatch.setattr(spread, "BLOCK", 8)
    monkeypatch.setattr(join, "HASHES_AT_ONCE", 64)


def rows_of(texts: list[str], guards: list[str], held_out: list[bool], outputs: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [f"r{number:03d}" for number in range(len(texts))],
            "text": texts,
            "guard": guards,
            "held_out": held_out,
            "output": outputs,
        },
        schema_overrides={"text": pl.String, "guard": pl.String, "output": pl.String},
    )


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    base = draw(st.lists(st.lists(st.sampled_from(WORDS), max_size=12), min_size=1, max_size=6))
    count = draw(st.integers(1, 30))
    texts = [
        " ".join(draw(st.sampled_from(base)) + draw(st.sampled_from([[], ["x"], ["NOT"]])))
        for _ in range(count)
    ]
    one_guard = draw(st.booleans())
    guards = ["" if one_guard else draw(st.sampled_from(["a", "b"])) for _ in range(count)]
    held_out = [draw(st.integers(0, 5)) == 0 for _ in range(count)]
    outputs = [draw(st.sampled_from(["p", "q"])) for _ in range(count)]
    return rows_of(texts, guards, held_out, outputs)


def found_on(
    frame: pl.DataFrame,
    size: int,
    similarity: Similarity,
    weigh: Weigh,
    engine: Literal["local", "stream"] = "stream",
) -> Spread:
    with tempfile.TemporaryDirectory() as folder, named(engine, Path(folder) / "engine") as running:
        if isinstance(running, Stream):
            running.rows = size
        return find_twins_spread(running.parts(frame), running, similarity, weigh=weigh)


def assert_same(found: Twins, expected: Twins) -> None:
    assert found.rows.equals(expected.rows)
    assert found.rows.schema == expected.rows.schema
    assert found.pairs.equals(expected.pairs)
    assert (found.listed, found.search, found.spared) == (expected.listed, expected.search, expected.spared)


@given(
    table=tables(),
    size=st.integers(1, 40),
    threshold=st.sampled_from([0.5, 0.7, 0.9]),
    unit=st.sampled_from(["char", "word"]),
    parts=st.sampled_from(["whole", "auto", "last_turn"]),
    weigh=st.sampled_from(["nothing", "negations", "all"]),
    engine=st.sampled_from(["local", "stream"]),
    shuffled=st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_twins_are_the_same_on_every_engine_cut_and_order(
    table: pl.DataFrame,
    size: int,
    threshold: float,
    unit: Literal["char", "word"],
    parts: Parts,
    weigh: Weigh,
    engine: Literal["local", "stream"],
    shuffled: object,
) -> None:
    similarity = Similarity(unit=unit, n=2, threshold=threshold, parts=parts)
    expected = find_twins(table, similarity, weigh=weigh)
    order = list(range(table.height))
    shuffled.shuffle(order)  # type: ignore[attr-defined]
    found = found_on(table[order], size, similarity, weigh, engine)
    assert found.in_memory == ""
    assert_same(found.twins, expected)


def corpus(rows: int) -> pl.DataFrame:
    """Texts with planted near-copies, all of one length class."""
    chance = np.random.default_rng(3)
    letters = np.array(list("abcdefghij"))
    words = np.array(["".join(letters[int(digit)] for digit in str(number)) for number in range(3000)])
    drawn = chance.integers(0, 3000, (rows, 20))
    drawn[rows // 2 :] = drawn[: rows - rows // 2]
    drawn[rows // 2 :, 3] = chance.integers(0, 3000, rows - rows // 2)
    texts = [" ".join(words[row]) for row in drawn]
    return rows_of(texts, [""] * rows, [False] * rows, ["p"] * rows)


@pytest.mark.parametrize("limit", [None, 40])
def test_families_too_large_to_list_are_halved_alike(
    limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "BLOCK", 64)
    if limit:
        monkeypatch.setattr(cover, "pair_limit", lambda documents: limit)
        monkeypatch.setattr(cover, "SMALL", 16)
    table = corpus(600)
    for weigh in ("nothing", "all"):
        similarity = Similarity(unit="word", n=2, threshold=0.6)
        expected = find_twins(table, similarity, weigh=weigh)  # type: ignore[arg-type]
        assert expected.pairs.height >= 100
        assert_same(found_on(table, 77, similarity, weigh).twins, expected)  # type: ignore[arg-type]


def test_few_texts_and_templates_are_read_into_memory_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    template = "Classify this message for the support team of our shop:\n"
    table = corpus(60).with_columns((pl.lit(template) + pl.col("text")).alias("text"))
    found = found_on(table, 7, Similarity(), "nothing")
    assert "template" in found.in_memory
    assert_same(found.twins, find_twins(table, Similarity()))
    monkeypatch.setattr(cover, "MAX_PREFIX_CHARACTERS", 1 << 26)
    assert found_on(table, 7, Similarity(parts="whole"), "nothing").in_memory == "few texts"


def test_a_failed_search_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    table = corpus(60)
    with pytest.raises(pl.exceptions.ColumnNotFoundError), named("stream", tmp_path / "engine") as engine:
        find_twins_spread(engine.parts(table.drop("guard")), engine, Similarity())
    assert not (tmp_path / "engine").exists()
