"""Who is suppressed does not come in again, under whatever id or column, and leaves no value behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.ingest import run
from curate.ingest.refused import with_suppressed
from curate.keys import Key
from curate.project import Project
from curate.suppress import FILE, Suppressed, add, digests_of, read, suppressed
from governance.life import life, resolve
from tests.curate.ingest.conftest import project

KEY = "ab" * 32
ROWS = [
    {"id": "t1", "text": "my lamp is broken", "label": "returns", "who": "c-1"},
    {"id": "t2", "text": "write to Jo.Miller@Example.org please", "label": "returns", "who": "c-2"},
    {"id": "t3", "text": "call me on (07700) 900 123", "label": "billing", "who": "c-3"},
    {"id": "t4", "text": "where is my order", "label": "billing", "who": "C-10425"},
    {"id": "t5", "text": "Yours, Miller, Jo", "label": "billing", "who": "c-4"},
    {"id": "jo.miller@example.org", "text": "hello there", "label": "billing", "who": "c-5"},
    {"id": "t7", "text": "my number is QQ 12 34 56 C", "label": "returns", "who": "c-6"},
    {"id": "t8", "text": "Mill Road is not Jo Millers", "label": "returns", "who": "c-7"},
]
THEIRS = ["jo.miller@example.org", "+44 7700 900123", "Jo Miller", "C-10425", "QQ123456C"]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_KEY", KEY)


def desk(root: Path, rows: list[dict[str, Any]], **ingest: Any) -> Project:
    root.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows).write_csv(root / "tickets.csv")
    columns = {"id": "id", "input": "text", "output": "label"}
    return project(root, {"path": "tickets.csv", "columns": columns, "max_dropped": 1, **ingest})


def suppress(here: Project, *values: str) -> list[str]:
    return add(here, digests_of(values, here.key), by="Data protection desk", reason="request 118 of 2026")


def outcome(here: Project) -> tuple[set[str], dict[str, str], dict[str, Any]]:
    """Kept ids, id -> evidence of suppressed rows, and the report."""
    report = run(here)
    folder = here.stage("ingest")
    drops = pl.read_parquet(folder / "drops.parquet").filter(pl.col("reason") == "suppressed")
    kept = pl.read_parquet(folder / "examples.parquet")["example_id"]
    return set(kept), dict(drops.select("example_id", "evidence").iter_rows()), report


def test_every_record_of_a_suppressed_person_is_refused_by_whatever_it_names_them(tmp_path: Path) -> None:
    here = desk(tmp_path, ROWS)
    assert len(outcome(here)[0]) == len(ROWS)
    suppress(here, *THEIRS)
    kept, gone, report = outcome(here)
    assert kept == {"t1", "t8"}  # `who` is mapped to no field, and is looked at all the same
    assert {name: why for name, why in gone.items() if name.startswith("t")} == {
        "t2": "known by email, name",
        "t3": "known by phone",
        "t4": "known by code",
        "t5": "known by name",
        "t7": "known by code",
    }
    assert report["funnel"]["reasons"] == {"suppressed": 6} and report["funnel"]["in"] == len(ROWS)
    # An id that is their e-mail address leaves as a digest, and `assay why` finds it by the address.
    whole = b"".join(path.read_bytes() for path in here.stage("ingest").iterdir())
    assert b"jo.miller" not in whole.lower()
    events = life(here, resolve(here, "jo.miller@example.org"))
    assert [event.what for event in events] == ["dropped: suppressed"]


def test_the_list_and_its_errors_hold_no_value(tmp_path: Path) -> None:
    here = desk(tmp_path, ROWS)
    fresh = suppress(here, *THEIRS)
    text = (tmp_path / FILE).read_text()
    for value in THEIRS:
        assert value.lower() not in text.lower() and "900123" not in text
    assert json.loads(text)["digests"] == fresh
    assert suppress(here, *THEIRS) == [] and (tmp_path / FILE).read_text() == text
    assert len(read(tmp_path)) == 1
    with pytest.raises(AssayError) as caught:
        add(here, [*fresh, "email:" + "0" * 24], by="Ann", reason="jo.miller@example.org asked")
    assert "jo.miller" not in str(caught.value)


def test_a_row_that_comes_again_under_another_id_is_refused(tmp_path: Path) -> None:
    here = desk(tmp_path, ROWS)
    suppress(here, "Jo Miller", "jo.miller@example.org")
    outcome(here)
    again = [
        {"id": f"new-{at}", "text": row["text"].upper(), "label": "x", "who": ""}
        for at, row in enumerate(ROWS)
    ]
    desk(tmp_path, again)
    assert outcome(here)[0] == {f"new-{at}" for at in (0, 2, 3, 5, 6, 7)}


def test_with_nobody_suppressed_the_output_is_the_same_bytes(tmp_path: Path) -> None:
    here = desk(tmp_path, ROWS)
    outcome(here)
    before = {path.name: path.read_bytes() for path in here.stage("ingest").iterdir()}
    (tmp_path / "decisions").mkdir()
    (tmp_path / FILE).write_text("")
    outcome(here)
    assert {path.name: path.read_bytes() for path in here.stage("ingest").iterdir()} == before
    assert b"suppressed" not in before["report.json"]


def test_without_the_key_or_with_another_one_nothing_is_ingested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suppress(desk(tmp_path, ROWS), "Jo Miller")
    monkeypatch.setenv("ASSAY_KEY", "cd" * 32)
    with pytest.raises(AssayError, match="another secret key"):
        run(Project(tmp_path))
    monkeypatch.delenv("ASSAY_KEY")
    with pytest.raises(AssayError, match="no secret key"):
        suppressed(Project(tmp_path))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        '{"digests": []}',
        '{"at":"2026-11-29T07:30:00Z","by":"Ann","digests":["email:zz"],"key_id":"00000000","reason":"r"}',
        '{"at":"2026-11-29","by":"Ann","digests":["email:%s"],"key_id":"00000000","reason":"r"}' % ("0" * 24),
        '{"at":"2026-11-29T07:30:00Z","by":"Ann","digests":["jo@x.org"],"key_id":"00000000","reason":"r"}',
        "<<<<<<< ours",
    ],
)
def test_a_damaged_list_stops_the_stage_and_names_the_line(tmp_path: Path, line: str) -> None:
    here = desk(tmp_path, ROWS)
    (tmp_path / "decisions").mkdir()
    (tmp_path / FILE).write_text(line + "\n")
    with pytest.raises(AssayError, match=r"suppressed\.jsonl line 1") as caught:
        run(here)
    assert caught.value.fix and "jo@x" not in str(caught.value)


def test_a_stage_notices_that_the_list_changed_since_the_rows_came_in(tmp_path: Path) -> None:
    from curate.provenance import begin

    here = desk(tmp_path, ROWS)
    outcome(here)
    begin(here, "scan")
    suppress(here, "Jo Miller")
    with pytest.raises(AssayError, match=r"suppressed\.jsonl changed since `ingest` read it"):
        begin(here, "scan")
    outcome(here)
    begin(here, "scan")


def test_a_conversation_of_which_one_turn_names_the_person_is_refused_whole(tmp_path: Path) -> None:
    turns = [
        [("user", "hello"), ("assistant", "hi"), ("user", "I am\nJo Miller"), ("assistant", "welcome")],
        [("user", "hello"), ("assistant", "hi"), ("user", "bye"), ("assistant", "see you")],
    ]
    lines = [
        json.dumps({"messages": [{"role": role, "content": text} for role, text in one]}) for one in turns
    ]
    (tmp_path / "chat.jsonl").write_text("\n".join(lines) + "\n")
    here = project(
        tmp_path, {"path": "chat.jsonl", "columns": {}, "turns": "each", "max_dropped": 1}, kind="rewriting"
    )
    run(here)
    assert pl.read_parquet(here.stage("ingest") / "examples.parquet").height == 4
    suppress(here, "Jo Miller")
    run(here)
    kept = pl.read_parquet(here.stage("ingest") / "examples.parquet")
    assert kept.height == 2 and "bye" in " ".join(kept["input"])


PEOPLE = ["Jo Miller", "Zoe Quill", "ann@x.org", "07700 900456", "K-20077"]
WRITTEN = {
    "Jo Miller": "Miller, JO",
    "Zoe Quill": "zo\u00eb k. quill",
    "ann@x.org": "<Ann@X.org>",
    "07700 900456": "+44 (0)7700-900-456",
    "K-20077": "k20077",
}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([*PEOPLE, ""]), st.booleans()), min_size=1, max_size=12),
    st.sets(st.sampled_from(PEOPLE), min_size=1, max_size=3),
)
def test_refused_are_just_the_rows_of_those_who_are_suppressed(
    said: list[tuple[str, bool]], refused: set[str]
) -> None:
    texts = [
        f"row {at} of {WRITTEN[who] if other and who else who} ok" for at, (who, other) in enumerate(said)
    ]
    rows = pl.DataFrame({"input": texts}).with_columns(
        *(
            pl.lit(None, dtype=pl.String).alias(n)
            for n in ("output", "rejected", "whole", "group", "subject")
        ),
        pl.format("t{}", pl.int_range(pl.len())).alias("id"),
        pl.lit(0, dtype=pl.Int32).alias("file_number"),
        pl.int_range(pl.len()).alias("record"),
    )
    secret = Key(b"k" * 32, "demo")
    listed = Suppressed(frozenset(digests_of(refused, secret)), secret)
    by = with_suppressed(rows, {0: rows.select("input")}, listed)["suppressed"]
    assert by.is_not_null().to_list() == [who in refused for who, _ in said]
