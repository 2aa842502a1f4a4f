"""`assay dedup FILE` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from governance.cli.main import main


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(
        "key,text\nb,my parcel is a week late now\na,My parcel is  a week late now\nc,my parcel is a "
        "week late now!\nd,charged twice on 2024\n"
    )
    return path


def test_dedup_writes_verified_pairs(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("dedup", str(export), "--field", "text", "-o", str(tmp_path / "p.parquet")) == 0
    written = pl.read_parquet(tmp_path / "p.parquet")
    assert written.columns == ["left", "right", "kind", "similarity", "cluster", "kept"]
    assert written.rows() == [
        (0, 1, "exact", 1.0, 1, 1),
        (0, 2, "near", 1.0, 1, None),
        (1, 2, "near", 1.0, 1, 1),
    ]
    printed = capsys.readouterr().out
    assert "near pairs" in printed and "parcel" not in printed  # texts on a terminal only


def test_dedup_names_rows_by_their_key_and_speaks_json(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        call(
            "dedup",
            str(export),
            "--field",
            "text",
            "--id",
            "key",
            "--unit",
            "word",
            "--format",
            "json",
            "-o",
            str(tmp_path / "p.parquet"),
        )
        == 0
    )
    facts = json.loads(capsys.readouterr().out)
    assert facts["schema"] == "assay.dedup/1" and facts["rows_to_drop"] == 2 and facts["clusters"] == 1
    assert facts["similarity"] == {
        "unit": "word",
        "n": 3,
        "threshold": 0.8,
        "parts": "auto",
        "listed": "all",
        "search": "exact",
    }
    assert pl.read_parquet(tmp_path / "p.parquet").select("left", "right").rows() == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.csv", "--field", "text"], "missing.csv"),
        (["export.csv"], "--field COLUMN"),
        (["export.csv", "--field", "txt"], "txt"),
        (["export.csv", "--field", "text", "--threshold", "2"], "'--threshold'"),
        (["export.csv", "--field", "text", "--n", "0"], "'--n'"),
        (["export.csv", "--field", "text", "-o", "double.csv/p.parquet"], "double.csv is a file"),
        (["double.csv", "--field", "text", "--id", "key"], "row 0"),
        (["--field", "text"], "options go with a FILE"),
    ],
)
def test_bad_input_is_named(
    export: Path,
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(export.parent)
    Path("double.csv").write_text("key,text\na,x\na,y\n")
    assert call("dedup", *arguments) == 2
    assert words in capsys.readouterr().err


def test_hostile_text_is_shown_without_its_controls_digits_and_addresses() -> None:
    from governance.cli.pairs import shown

    assert (
        shown("call \x1b[31m020 7946 0000\u202e or me@x.org")
        == "call <U+001B>[••m••• •••• ••••<U+202E> or •@•"
    )
