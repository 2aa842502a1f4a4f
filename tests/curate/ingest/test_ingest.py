"""Ingest: any file becomes one table, every row is accounted for, and bytes do not follow the order of the
rows.
"""

from __future__ import annotations

import csv
import io
import os
import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.examples import EXAMPLES, LEDGER
from curate.ingest import run
from curate.ingest.normalise import normalise, normalise_value
from tests.curate.ingest.conftest import FLAT, ingested, jsonl, project

pytestmark = pytest.mark.usefixtures("key")


def test_flat_rows_get_every_column_of_examples_and_their_provenance(tmp_path: Path) -> None:
    content = "key,text,label,who,thread,when,lang\nT1,Hello,greet,p9,g1,2024-05-01,en-GB\n"
    columns = {
        **FLAT,
        "id": "key",
        "subject": "who",
        "group": "thread",
        "collected_at": "when",
        "language": "lang",
    }
    kept, drops, _ = ingested(tmp_path, "d.csv", content, columns)
    assert kept.schema == EXAMPLES
    assert drops.schema == LEDGER
    assert kept.row(0, named=True) == {
        "example_id": "T1",
        "input": "Hello",
        "output": "greet",
        "rejected": None,
        "language": "en",
        "source": "desk",
        "group": "g1",
        "subject": "p9",
        "licence": "CC-BY-4.0",
        "lawful_basis": "contract",
        "collected_at": "2024-05-01",
        "held_out": False,
    }


MESSY = [
    ["Hello there", "greet"],
    ["Hello there", "greet"],
    ["Hello there", "other"],
    ["cafe\u0301", "x"],
    ["", "greet"],
    ["text", ""],
    ["  padded\r\ntext ", "x"],
    ["a", "b", "c"],
    ["a", "b", "c"],
    ["lonely"],
    ["1", "2", "3", "4"],
    ['quote "inside", comma', "x"],
    ["line\nbreak", "y"],
]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), declared=st.booleans())
def test_shuffled_input_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, seed: int, declared: bool
) -> None:
    def made(rows: list[list[str]]) -> list[bytes]:
        root = tmp_path_factory.mktemp("p")
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["text", "label"], *rows])
        ingested(
            root,
            "d.csv",
            buffer.getvalue(),
            {**FLAT, "id": "text"} if declared else FLAT,
            on_duplicate_id="number",
        )
        return [
            (root / "data/ingest" / name).read_bytes()
            for name in ("examples.parquet", "drops.parquet", "report.json")
        ]

    shuffled = random.Random(seed).sample(MESSY, len(MESSY))
    assert made(shuffled) == made(MESSY)


@pytest.mark.slow
def test_threads_and_hash_seed_do_not_change_the_bytes(tmp_path: Path) -> None:
    made = []
    for threads, seed in (("1", "1"), ("2", "7")):
        root = tmp_path / threads
        root.mkdir()
        rows = [
            {"text": f"row {n % 700}", "label": {"b": n % 3, "a": [n % 5]}, "who": None if n % 9 else n}
            for n in range(2000)
        ]
        (root / "d.jsonl").write_text(jsonl(*rows))
        project(root, {"path": "d.jsonl", "columns": {**FLAT, "subject": "who"}}, kind="extraction")
        environment = {**os.environ, "POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": seed}
        code = (
            "from pathlib import Path; from curate.project import Project; from curate.ingest import "
            "run; run(Project(Path('.').resolve()))"
        )
        subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, check=True)
        made.append([path.read_bytes() for path in sorted((root / "data/ingest").iterdir())])
    assert made[0] == made[1]


def test_every_row_is_kept_or_in_the_ledger_with_its_reason_and_its_line_is_kept_aside(
    tmp_path: Path,
) -> None:
    content = "key,text,label\n1,ok,x\n,no key,x\n3,,x\n4,text,\n5,a,b,c\n5,a,b,c\n6,short\n"
    kept, drops, report = ingested(tmp_path, "d.csv", content, {**FLAT, "id": "key"})
    assert kept["example_id"].to_list() == ["1"]
    assert dict(drops.group_by("reason").len().iter_rows()) == {
        "missing_id": 1,
        "empty_input": 1,
        "missing_output": 1,
        "unreadable": 3,
    }
    assert sorted(drops.filter(reason="unreadable")["evidence"]) == [
        "too_few_fields",
        "too_many_fields",
        "too_many_fields",
    ]
    assert drops["example_id"].is_unique().all()
    places = pl.read_parquet(tmp_path / ".assay/rejects.parquet")
    assert dict(places.select("line", "reason").iter_rows()) == {
        3: "missing_id",
        4: "empty_input",
        5: "missing_output",
        6: "too_many_fields",
        7: "too_many_fields",
        8: "too_few_fields",
    }
    assert ".assay/rejects.parquet" in report["summary"]
    assert report["funnel"]["in"] == 7


def test_no_raw_text_of_an_unreadable_row_stands_in_any_output(tmp_path: Path) -> None:
    ingested(tmp_path, "d.csv", "text,label\nfine,x\ncall 07700 900123,a,b\n", FLAT)
    for path in [*(tmp_path / "data").rglob("*"), *(tmp_path / ".assay").rglob("*")]:
        assert path.is_dir() or b"900123" not in path.read_bytes()


def test_content_ids_outlast_reorder_growth_and_a_corrected_label(tmp_path: Path) -> None:
    first, _, _ = ingested(tmp_path / "a", "d.csv", "text,label\none,x\ntwo,y\n", FLAT)
    later, _, _ = ingested(tmp_path / "b", "d.csv", "text,label\nthree,z\ntwo,corrected\none,x\n", FLAT)
    assert (
        dict(first.select("input", "example_id").iter_rows()).items()
        <= dict(later.select("input", "example_id").iter_rows()).items()
    )


def test_a_repeated_declared_key_is_an_error_that_names_lines_and_fix_or_is_numbered(tmp_path: Path) -> None:
    content = "key,text,label\nA,one,x\nB,two,x\nA,three,x\n"
    with pytest.raises(AssayError, match=r"1 key stands on 2 rows.*d\.csv line 2, d\.csv line 4") as caught:
        ingested(tmp_path, "d.csv", content, {**FLAT, "id": "key"})
    assert "ingest.on_duplicate_id: number" in caught.value.fix
    kept, _, _ = ingested(tmp_path, "d.csv", content, {**FLAT, "id": "key"}, on_duplicate_id="number")
    assert dict(kept.select("example_id", "input").iter_rows()) == {"A": "one", "A#2": "three", "B": "two"}


def test_held_out_rows_are_marked_and_never_share_an_id_with_the_data(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("text,label\nsame,x\nsame,x\nother,y\n")
    kept, _, report = ingested(
        tmp_path, "d.csv", "text,label\nsame,x\n", FLAT, card={"held_out": {"path": "test.csv"}}
    )
    assert kept["example_id"].is_unique().all()
    assert kept["held_out"].sum() == report["held_out"] == 3
    assert sorted(kept.filter("held_out")["input"]) == ["other", "same", "same"]


def test_a_held_out_key_that_stands_in_the_data_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("key,text,label\nA,same,x\n")
    card = {"held_out": {"path": "test.csv"}}
    with pytest.raises(AssayError, match="1 stand both in the data and in the held-out file"):
        ingested(tmp_path, "d.csv", "key,text,label\nA,same,x\n", {**FLAT, "id": "key"}, card=card)
    kept, _, _ = ingested(
        tmp_path,
        "d.csv",
        "key,text,label\nA,same,x\n",
        {**FLAT, "id": "key"},
        card=card,
        on_duplicate_id="number",
    )
    assert dict(kept.select("example_id", "held_out").iter_rows()) == {"A": False, "A#2": True}


def test_a_source_that_the_card_does_not_name_is_an_error_that_lists_the_cards(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("text,label,src\na,x,desk\nb,y,web\n")
    with pytest.raises(
        AssayError,
        match=r"'web', which the task card does not name \(first: d\.csv line 3\); the card's sources "
        r"are: desk",
    ):
        run(project(tmp_path, {"path": "d.csv", "columns": {**FLAT, "source": "src"}}))
    with pytest.raises(AssayError, match="no source"):
        run(project(tmp_path, {"path": "d.csv", "columns": FLAT}, sources={}))
    with pytest.raises(AssayError, match="no source"):
        run(project(tmp_path, {"path": "d.csv", "columns": FLAT}, sources={"a": {}, "b": {}}))


def test_several_files_each_with_its_source_make_one_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\none,x\n")
    (tmp_path / "b.txt").write_text(jsonl({"text": "two", "label": "y"}))
    sources = {"desk": {"licence": "L1"}, "web": {"licence": "L2"}}
    files = [{"path": "a.csv", "source": "desk"}, {"path": "b.txt", "source": "web", "format": "jsonl"}]
    run(project(tmp_path, {"files": files, "columns": FLAT}, sources=sources))
    kept = pl.read_parquet(tmp_path / "data/ingest/examples.parquet")
    assert sorted(kept.select("input", "source", "licence").iter_rows()) == [
        ("one", "desk", "L1"),
        ("two", "web", "L2"),
    ]


def test_a_missing_column_names_those_that_are_there_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="no column 'labels'; its columns are: text, label") as caught:
        ingested(tmp_path, "d.csv", "text,label\na,x\n", {"input": "text", "output": "labels"})
    assert "'label'" in caught.value.fix
    with pytest.raises(AssayError, match="none of the usual layouts"):
        ingested(tmp_path, "d.csv", "text,label\na,x\n")
    with pytest.raises(AssayError, match="no output column"):
        ingested(tmp_path, "d.csv", "text,label\na,x\n", {"input": "text"})


def test_errors_show_no_value_of_a_file_without_header_or_of_a_column_that_is_no_source(
    tmp_path: Path,
) -> None:
    with pytest.raises(AssayError) as caught:
        ingested(
            tmp_path, "d.csv", "jo@example.org,07700 900123,please call me back about it soon\na,b,c\n", FLAT
        )
    assert not any(value in str(caught.value) for value in ("example", "900123", "please"))
    rows = "".join(f"t,x,jo{n}@example.org\n" for n in range(30))
    with pytest.raises(AssayError, match="personal data: 30 of 30 sources") as caught:
        ingested(tmp_path, "d.csv", "text,label,mail\n" + rows, {**FLAT, "source": "mail"})
    assert "example" not in str(caught.value)


def test_a_file_without_one_usable_row_is_an_error_with_the_reasons(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="no row is left after reading: missing_output 2"):
        ingested(tmp_path, "d.csv", "text,label\na,\nb,\n", FLAT)
    assert not (tmp_path / "data").exists()


def test_no_file_or_two_ways_of_naming_files_is_an_error(tmp_path: Path) -> None:
    for ingest in ({}, {"path": "d.csv", "files": [{"path": "d.csv"}]}):
        with pytest.raises(AssayError, match="name the raw data once"):
            run(project(tmp_path, ingest))


def test_numbers_booleans_and_dates_become_text(tmp_path: Path) -> None:
    from datetime import date, datetime

    frame = pl.DataFrame(
        {"text": [5], "label": [True], "when": [date(2024, 5, 1)], "at": [datetime(2024, 5, 1, 10, 0)]}
    )
    frame.write_parquet(tmp_path / "d.parquet")
    kept, _, _ = ingested(
        tmp_path,
        "d.parquet",
        (tmp_path / "d.parquet").read_bytes(),
        {**FLAT, "collected_at": "when", "group": "at"},
    )
    assert kept.select("input", "output", "collected_at").row(0) == ("5", "true", "2024-05-01")
    assert kept["group"][0].startswith("2024-05-01T10:00:00")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.none()
        | st.text(st.sampled_from(list("aé\u0301\r\n\ufeff\u00a0 \u1e9b\u0323K\u212a")), max_size=8),
        max_size=8,
    )
)
def test_normalising_a_column_equals_normalising_each_value(texts: list[str | None]) -> None:
    clean, counts = normalise(pl.Series("text", texts, dtype=pl.String))
    expected = [
        None
        if text is None
        else unicodedata.normalize(
            "NFC", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        ).strip()
        for text in texts
    ]
    assert clean.to_list() == expected == [normalise_value(text) for text in texts]
    assert (sum(counts.values()) > 0) == (expected != texts)
