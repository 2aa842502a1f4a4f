"""`assay redact FILE` takes personal data out of a plain file and shows none of it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from click.testing import CliRunner

from governance.cli.redact import redact


def test_a_file_is_redacted_and_columns_not_named_stay(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text(
        "id,text,label\n1,Mail jo.quill@example.com or 07911 123456,will\n2,nothing here,will\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(redact, [str(source), "--field", "text", "-o", str(out)])
    assert done.exit_code == 0, done.output
    made = pl.read_parquet(out)
    assert made["text"].to_list() == ["Mail <EMAIL_ADDRESS_1> or <PHONE_NUMBER_1>", "nothing here"]
    assert made["label"].to_list() == ["will", "will"]
    assert "quill" not in done.output
    assert "EMAIL_ADDRESS 1" in done.output


def test_an_entity_may_stay_and_options_without_a_file_are_refused(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text("text\nMail jo.quill@example.com or 07911 123456\n", encoding="utf-8")
    given = [str(source), "--action", "mask", "--keep", "EMAIL_ADDRESS", "-o", str(out)]
    assert CliRunner().invoke(redact, given).exit_code == 0
    assert pl.read_parquet(out)["text"][0] == "Mail jo.quill@example.com or ••••• ••••••"
    assert CliRunner().invoke(redact, ["--field", "text"]).exit_code == 2
    assert CliRunner().invoke(redact, [str(source)]).exit_code == 2


def test_the_table_takes_the_form_of_its_name_and_never_the_place_of_the_input(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text\nMail jo.quill@example.com\n", encoding="utf-8")
    before = source.read_bytes()
    refused = CliRunner().invoke(redact, [str(source), "--field", "text", "-o", str(source)])
    assert "would be overwritten" in str(refused.exception) and source.read_bytes() == before
    for name, read in (("o.csv", pl.read_csv), ("o.jsonl", pl.read_ndjson), ("o.parquet", pl.read_parquet)):
        assert CliRunner().invoke(redact, [str(source), "-o", str(tmp_path / name)]).exit_code == 0
        assert read(tmp_path / name)["text"].to_list() == ["Mail <EMAIL_ADDRESS_1>"]
    other = CliRunner().invoke(redact, [str(source), "-o", str(tmp_path / "o.xls")])
    assert "does not end in one of" in str(other.exception)


def test_nested_columns_are_redacted_and_keep_their_shape(tmp_path: Path) -> None:
    mail, user = "jo.quill@example.com", {"phone": "07911 123456", "n": 2}
    rows = [
        {"id": "1", "user": user, "tags": [mail, "x"], "t": "a"},
        {"id": "2", "user": None, "tags": [], "t": None},
    ]
    parquet, lines = tmp_path / "in.parquet", tmp_path / "in.jsonl"
    pl.DataFrame(rows).write_parquet(parquet)
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = CliRunner().invoke(redact, [str(parquet), "-o", str(tmp_path / "o.parquet")])
    assert done.exit_code == 0, done.output
    made = pl.read_parquet(tmp_path / "o.parquet")
    assert made.schema == pl.read_parquet(parquet).schema
    assert made.rows(named=True) == [
        {
            "id": "1",
            "user": user | {"phone": "<PHONE_NUMBER_1>"},
            "tags": ["<EMAIL_ADDRESS_1>", "x"],
            "t": "a",
        },
        {"id": "2", "user": None, "tags": [], "t": None},
    ]
    assert CliRunner().invoke(redact, [str(lines), "-o", str(tmp_path / "o.jsonl")]).exit_code == 0
    said = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert said == made.rows(named=True)
    given = [str(parquet), "--field", "user.phone", "-o", str(tmp_path / "o.parquet")]
    assert "redacted whole" in str(CliRunner().invoke(redact, given).exception)


def test_a_personal_column_that_cannot_hold_a_placeholder_is_an_error_not_a_silence(tmp_path: Path) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "o.parquet"
    for numbers in ([7911123456, None], [7911123456.0, None]):
        pl.DataFrame({"text": ["a", "b"], "phone": numbers}).write_parquet(source)
        done = CliRunner().invoke(redact, [str(source), "-o", str(out)])
        assert done.exit_code != 0 and "'phone' of" in str(done.exception)
        assert not out.exists()
    assert CliRunner().invoke(redact, [str(source), "--field", "text", "-o", str(out)]).exit_code == 0
    many = {f"c{at}": ["nothing"] for at in range(9)} | {"text": ["Mail jo.quill@example.com"]}
    pl.DataFrame(many).write_parquet(source)
    assert CliRunner().invoke(redact, [str(source), "-o", str(out)]).exit_code == 0
    assert pl.read_parquet(out)["text"][0] == "Mail <EMAIL_ADDRESS_1>"
