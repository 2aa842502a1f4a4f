import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.examples import EXAMPLES, LEDGER, conform, ledger
from curate.stage import StageResult, check_conservation, funnel


def result(kept: list[str], dropped: list[str]) -> StageResult:
    rows = pl.DataFrame({"example_id": dropped}, schema={"example_id": pl.String})
    return StageResult(
        "demo",
        conform(pl.DataFrame({"example_id": kept}, schema={"example_id": pl.String}), EXAMPLES),
        ledger(rows, "demo", "why"),
        {},
    )


IDS = st.lists(st.sampled_from("abcdef"), max_size=6)


@given(IDS, IDS, st.sets(st.sampled_from("abcdef")))
def test_conservation_holds_exactly_when_kept_and_dropped_partition_the_input(
    kept: list[str], dropped: list[str], given_ids: set[str]
) -> None:
    conserved = (
        len(set(kept)) == len(kept) and not set(kept) & set(dropped) and set(kept) | set(dropped) == given_ids
    )
    inputs = pl.Series("example_id", sorted(given_ids), dtype=pl.String)
    if conserved:
        check_conservation(result(kept, dropped), inputs)
    else:
        with pytest.raises(AssayError, match="does not conserve rows"):
            check_conservation(result(kept, dropped), inputs)


def test_the_funnel_counts_a_row_with_two_reasons_once() -> None:
    rows = pl.DataFrame({"example_id": ["a", "a", "b"], "r": ["x", "y", "x"]})
    counts = funnel(
        StageResult(
            "demo",
            conform(pl.DataFrame({"example_id": ["c"]}), EXAMPLES),
            ledger(rows, "demo", pl.col("r")),
            {},
        ),
        3,
    )
    assert counts == {"in": 3, "kept": 1, "dropped": 2, "reasons": {"x": 2, "y": 1}}


def test_ledger_rows_have_the_ledgers_schema() -> None:
    rows = ledger(
        pl.DataFrame({"example_id": ["a"], "twin": ["b"], "s": [0.9]}),
        "dedup",
        "near_duplicate",
        "score",
        kept_id=pl.col("twin"),
        score=pl.col("s"),
    )
    assert rows.schema == LEDGER
    assert rows.row(0) == ("a", "dedup", "near_duplicate", "score", "b", 0.9)
