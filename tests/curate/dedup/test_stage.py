"""What the dedup stage drops, why, and what it never drops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dedup.leaks import leak_counts, leaks
from curate.dedup.params import DedupParams, Similarity
from curate.dedup.stage import dedup
from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.params import parse
from curate.stage import check_conservation
from curate.task import Kind
from tests.curate.dedup.conftest import LATE, oracle_pairs, reasons, table


def test_exact_and_near_copies_go_and_the_longest_stays() -> None:
    rows = table(
        [
            {"input": LATE},
            {"input": f"  {LATE.upper()}"},
            {"input": LATE + "!"},
            {"input": "I was charged twice"},
        ]
    )
    result = dedup(rows, Kind.CLASSIFICATION)
    # r1 is as long as r2 and a character more than r0 before folding.
    assert reasons(result) == {"r0": ("exact_duplicate", "r1"), "r2": ("near_duplicate", "r1")}
    assert result.dropped["score"].to_list() == [1.0, 1.0]
    assert result.tables["clusters"].rows() == [
        ("r0", "r1", False),
        ("r1", "r1", True),
        ("r2", "r1", False),
        ("r3", "r3", True),
    ]
    assert result.tables["pairs"].rows() == [
        ("r0", "r1", "exact", 1.0),
        ("r0", "r2", "near", 1.0),
        ("r1", "r2", "near", 1.0),
    ]


def test_a_held_out_row_is_never_dropped_and_its_twins_are_leaks() -> None:
    rows = table(
        [
            {"input": LATE + " please"},
            {"input": LATE, "held_out": True},
            {"input": LATE + ".", "held_out": True},
            {"input": LATE, "output": "billing"},
        ]
    )
    result = dedup(rows, Kind.CLASSIFICATION)
    # r3 has the very text of r1, and r0 is nearest in priority to r2, the longer of the two.
    assert reasons(result) == {"r0": ("leak", "r2"), "r3": ("leak", "r1")}
    assert result.report["leaks"] == {
        "rows_dropped": 2,
        "pairs": 4,
        "conflicting_pairs": 2,
        "held_out_rows": 2,
        "held_out_rows_conflicting": 2,
    }
    assert result.report["held_out_pairs"] == {"pairs": 1, "conflicting": 0}


@pytest.mark.parametrize(
    ("policy", "gone", "listed"),
    [("review", {"r0", "r1"}, 2), ("drop", {"r0", "r1"}, 0), ("keeper", {"r1"}, 0)],
)
def test_a_cluster_that_disagrees_on_its_label_leaves_by_policy(
    policy: Any, gone: set[str], listed: int
) -> None:
    rows = table(
        [
            {"input": LATE + " today"},
            {"input": LATE, "output": "billing"},
            {"input": "something else altogether"},
        ]
    )
    result = dedup(rows, Kind.CLASSIFICATION, DedupParams(on_conflict=policy))
    assert set(reasons(result)) == gone
    assert {reason for reason, _ in reasons(result).values()} == (
        {"near_duplicate"} if policy == "keeper" else {"label_conflict"}
    )
    assert result.tables["conflicts"].height == listed
    assert result.report["conflicts"]["clusters"] == 1


def test_a_conflict_within_the_held_out_set_is_reported_only() -> None:
    rows = table([{"input": LATE, "held_out": True}, {"input": LATE, "held_out": True, "output": "billing"}])
    result = dedup(rows, Kind.CLASSIFICATION)
    assert result.kept.height == 2 and result.report["held_out_pairs"] == {"pairs": 1, "conflicting": 1}


def test_a_chain_does_not_drop_its_far_end() -> None:
    words = [f"word{i:02d}" for i in range(24)]
    chain = [
        " ".join(words[i * 4 : i * 4 + 12]) for i in range(4)
    ]  # each like the next, not like the one after
    rows = table([{"input": text} for text in chain])
    result = dedup(rows, Kind.CLASSIFICATION, DedupParams(unit="word", n=1, threshold=0.5))
    assert reasons(result) == {"r1": ("near_duplicate", "r0"), "r3": ("near_duplicate", "r2")}


def test_another_language_is_another_rewriting_and_another_answer_another_preference() -> None:
    twice = [
        {"input": LATE, "language": "en"},
        {"input": LATE, "language": "de"},
        {"input": LATE, "language": "de", "output": "x"},
    ]
    keeper = DedupParams(on_conflict="keeper")
    assert set(reasons(dedup(table(twice), Kind.REWRITING, keeper))) == {"r2"}
    assert set(reasons(dedup(table(twice), Kind.REWRITING))) == set()
    asked = [
        {"input": LATE, "output": "a", "rejected": "b"},
        {"input": LATE, "output": "b", "rejected": "c"},
        {"input": LATE + "?", "output": "a", "rejected": "b"},
    ]
    assert set(reasons(dedup(table(asked), Kind.PREFERENCE))) == {"r0"}
    assert set(reasons(dedup(table(twice), Kind.SUMMARY, keeper))) == {"r1", "r2"}
    assert set(reasons(dedup(table(twice), Kind.SUMMARY))) == {"r1"}


def test_a_pair_of_answers_the_other_way_round_contradicts_the_first() -> None:
    rows = table(
        [
            {"input": LATE, "output": "a", "rejected": "b"},
            {"input": LATE, "output": "b", "rejected": "a"},
            {"input": "another matter", "output": "a", "rejected": "b"},
        ]
    )
    for kind_of_policy, left in (("review", {"r0", "r1"}), ("keeper", {"r1"}), ("keep", set())):
        result = dedup(rows, Kind.PREFERENCE, DedupParams(on_conflict=kind_of_policy))
        assert set(reasons(result)) == left, kind_of_policy
    assert set(reasons(dedup(rows, Kind.PREFERENCE)).values()) == {("output_conflict", None)}


def test_equal_texts_with_different_objects_conflict_and_their_near_copies_find_another_keeper() -> None:
    rows = table(
        [
            {"input": LATE + "!!", "output": '{"a":1}'},
            {"input": LATE + "!!", "output": '{"a":2}'},
            {"input": LATE, "output": '{"a":1}'},
            {"input": LATE + ".", "output": '{"a":1}'},
        ]
    )
    assert reasons(dedup(rows, Kind.EXTRACTION)) == {
        "r0": ("label_conflict", None),
        "r1": ("label_conflict", None),
        "r2": ("near_duplicate", "r3"),
    }


words = st.sampled_from(["pay", "card", "the", "my", "late", "not", "top-up", "!"])

rows_drawn = st.lists(
    st.tuples(st.lists(words, max_size=8).map(" ".join), st.sampled_from("ab"), st.booleans()),
    min_size=1,
    max_size=20,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(rows_drawn, st.sampled_from(list(Kind)), st.randoms(use_true_random=False))
def test_every_drop_has_a_kept_verified_twin_nothing_is_lost_and_order_does_not_matter(
    drawn: list[tuple[str, str, bool]], kind: Kind, chance: Any
) -> None:
    rows = table([{"input": text, "output": label, "held_out": held} for text, label, held in drawn])
    params = DedupParams(threshold=0.6)
    result = dedup(rows, kind, params)
    check_conservation(result, rows["example_id"])
    assert set(rows.filter("held_out")["example_id"]) <= set(result.kept["example_id"])
    texts = dict(rows.select("example_id", "input").iter_rows())
    kept = set(result.kept["example_id"])
    for row in result.dropped.iter_rows(named=True):
        if row["reason"] != "label_conflict":
            assert row["kept_id"] in kept
            near = oracle_pairs(
                [texts[row["example_id"]], texts[row["kept_id"]]], params.unit, params.n, params.threshold
            )
            assert near.get(
                (0, 1), 1.0 if row["reason"] in ("exact_duplicate", "leak") else 0
            ) == pytest.approx(row["score"])
    order = list(range(rows.height))
    chance.shuffle(order)
    again = dedup(rows[order], kind, params)
    assert (
        again.kept.equals(result.kept)
        and again.dropped.equals(result.dropped)
        and again.report == result.report
    )
    assert all(again.tables[name].equals(frame) for name, frame in result.tables.items())


def test_many_equal_rows_are_one_document_and_listed_against_their_keeper() -> None:
    same = pl.select(
        pl.format("r{}", pl.int_range(200_000)).alias("example_id"),
        input=pl.lit(LATE),
        output=pl.lit("a"),
        held_out=pl.lit(False),
    )
    result = dedup(conform(same, EXAMPLES), Kind.CLASSIFICATION)
    assert result.kept["example_id"].to_list() == ["r0"]
    assert result.report["pairs"]["listed"] == "representatives"
    assert result.tables["pairs"].height == 199_999


def test_an_empty_table_passes() -> None:
    assert dedup(EXAMPLES.to_frame(), Kind.CLASSIFICATION).kept.height == 0


def test_all_published_leaks_of_banking77_are_found(shared_data: Any) -> None:
    sides = []
    for name in ("train", "test"):
        raw = pl.read_csv(shared_data / "banking77" / f"{name}.csv")
        ids = pl.format(name + "{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(5)).alias("example_id")
        sides.append(raw.select(ids, pl.col("text").alias("input"), pl.col("category").alias("output")))
    found = leaks(*sides, Kind.CLASSIFICATION, Similarity())  # type: ignore[misc]
    assert leak_counts(found) == {
        "pairs": 226,
        "conflicting_pairs": 14,
        "held_out_rows": 191,
        "held_out_rows_conflicting": 12,
    }


@pytest.mark.parametrize(
    "bad",
    [
        {"threshold": 0},
        {"threshold": 1.2},
        {"n": 0},
        {"unit": "byte"},
        {"on_conflict": "ask"},
        {"treshold": 0.7},
    ],
)
def test_bad_params_are_named(bad: dict[str, Any]) -> None:
    with pytest.raises(AssayError, match=f"params.dedup.{next(iter(bad))}"):
        parse(DedupParams, bad, "params.dedup")


def test_leaks_of_other_kinds_have_no_label_conflict() -> None:
    one, other = table([{"input": LATE}]), table([{"input": LATE, "output": "x"}])
    assert leaks(one, other, Kind.SUMMARY, Similarity()).rows() == [("r0", "r0", "exact", 1.0, None)]


def test_callers_see_progress() -> None:
    seen: list[tuple[int, int]] = []
    watch: Callable[[int, int], None] = lambda done, total: seen.append((done, total))
    dedup(table([{"input": LATE}]), Kind.CLASSIFICATION, progress=watch)
    assert seen == [(1, 1)]


@pytest.mark.parametrize("kind", [Kind.REWRITING, Kind.SUMMARY])
@pytest.mark.parametrize(
    ("policy", "gone"),
    [
        ("auto", {"r3": ("exact_duplicate", "r1"), "r4": ("near_duplicate", "r0")}),
        ("keep", {"r3": ("exact_duplicate", "r1"), "r4": ("near_duplicate", "r0")}),
        (
            "keeper",
            dict.fromkeys(("r1", "r3"), ("exact_duplicate", "r0")) | {"r4": ("near_duplicate", "r0")},
        ),
        ("drop", dict.fromkeys(("r0", "r1", "r3"), ("output_conflict", None))),
        ("review", dict.fromkeys(("r0", "r1", "r3"), ("output_conflict", None))),
    ],
)
def test_on_conflict_holds_for_every_kind(kind: Kind, policy: Any, gone: dict[str, Any]) -> None:
    rows = table(
        [
            {"input": LATE + "!!", "output": "We are sorry."},
            {"input": LATE + "!!", "output": "Your parcel is late; we are on it."},
            {"input": "something else", "output": "We are sorry."},
            {"input": LATE + "!!", "output": "your parcel is late; we are on it. "},
            {"input": LATE, "output": "Sorry!"},
        ]
    )
    result = dedup(rows, kind, DedupParams(on_conflict=policy))
    found = reasons(result)
    if policy in ("drop", "review"):  # r4 has lost its keeper
        assert found.pop("r4", ("near_duplicate", "r0")) == ("near_duplicate", "r0")
    assert found == gone
    assert result.tables["conflicts"].height == (3 if policy == "review" else 0)


def test_an_apostrophe_is_not_a_word_break() -> None:
    rows = table(
        [
            {"input": text}
            for text in (
                "what's wrong",
                "whats wrong",
                "what’s wrong",
                "what s wrong",
                "5'10 tall",
                "510 tall",
            )
        ]
    )
    assert reasons(dedup(rows, Kind.CLASSIFICATION)) == {
        "r1": ("exact_duplicate", "r0"),
        "r2": ("exact_duplicate", "r0"),
    }
