"""Before redaction changes much of a data set, the values worth most are shown, masked."""

from __future__ import annotations

import polars as pl

from curate.pii.redact.impact import SHOWN, impact


def test_the_values_worth_most_come_first_masked_and_kept_ones_do_not_count() -> None:
    names = ["Docker", *(f"Name{at:02d}" for at in range(20))]
    rows = [(f"r{at:02d}", "Docker") for at in range(8)] + [(f"s{at:02d}", names[at + 1]) for at in range(20)]
    edits = [
        (row, value, "PERSON", "input", 4, 4 + len(value), "keep" if value == "Name19" else "replace")
        for row, value in rows
    ]
    acted = pl.DataFrame(
        edits,
        schema=["example_id", "value_id", "entity", "field", "start", "end", "action"],
        orient="row",
    )
    asked: list[str] = []

    def texts(ids: list[str]) -> pl.DataFrame:
        asked.extend(ids)
        held = dict(rows)
        return pl.DataFrame({"example_id": ids, "input": [f"see {held[name]} now" for name in ids]})

    seen = impact(acted, 100, texts)
    assert (seen.changed, seen.share) == (27, 0.27)
    assert len(seen.values) == SHOWN == len(asked)
    assert (seen.values[0].masked, seen.values[0].rows) == ("D•••••", 8)
    words = seen.words(0.1)
    assert "27 of 100 rows (27%" in words
    assert "Docker" not in words
    assert "Name" not in words
