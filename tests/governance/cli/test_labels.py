"""`assay labels` where outputs are JSON or pairs: what is judged, what is written, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from curate.errors import AssayError
from governance.cli.labels import labels


def call(*arguments: Any) -> Any:
    return CliRunner().invoke(labels, [str(argument) for argument in arguments])


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    rows = [
        {
            "key": f"k{n}",
            "text": f"a table for {n % 7 + 2} on 0{n % 9 + 1}/05/2026",
            "form": {"people": str(n % 7 + 2), "date": f"0{n % 9 + 1}/05/2026"},
        }
        for n in range(40)
    ]
    rows[3]["form"] = {"people": "9", "date": "04/05/2026"}
    rows[8]["text"], rows[8]["form"] = "a table for 3 on 9 May", {"people": "3", "date": "9 May"}
    path = tmp_path / "forms.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_column_of_by_is_looked_for_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("transformers")
    monkeypatch.setattr("train.labels.suspects", lambda *_, **__: pytest.fail("labels were judged"))
    pl.DataFrame({"text": ["a b", "c d", "e f", "g h"], "label": ["x", "y"] * 2}).write_csv(
        tmp_path / "f.csv"
    )
    columns = ["--input", "text", "--output", "label", "--by", "nosuch"]
    with pytest.raises(AssayError, match=r"no column 'nosuch'(?s:.)*with --by"):
        labels.main([str(tmp_path / "f.csv"), *columns], standalone_mode=False)


def test_fields_of_json_are_judged_one_by_one(forms: Path, tmp_path: Path) -> None:
    out = tmp_path / "odd.parquet"
    done = call(forms, "--input", "text", "--output", "form", "--id", "key", "-o", out, "--format", "json")
    assert done.exit_code == 1, done.output
    odd = pl.read_parquet(out)
    assert sorted(odd.select("row", "field", "why").rows()) == [
        ("k3", "people", "absent"),
        ("k8", "date", "form"),
    ]
    said = json.loads(done.stdout)
    assert (
        said["kind"] == "extraction" and said["flagged"] == 2 and said["fields"] == {"date": 1, "people": 1}
    )
    shown = call(forms, "--input", "text", "--output", "form")
    assert shown.exit_code == 1 and "not in its input" in shown.output and "9 May" not in shown.output


def test_what_does_not_go_together_is_refused(forms: Path) -> None:
    start = [str(forms), "--input", "text", "--output", "form"]
    for more, words in (
        (["--by", "key"], "compares labels"),
        (["--kind", "preference"], "--rejected goes with"),
        (["--kind", "extraction", "--rejected", "key"], "--rejected goes with"),
        (["--kind", "extraction", "--output", "key"], "JSON object"),
    ):
        with pytest.raises(AssayError, match=words):
            labels.main([*start, *more], standalone_mode=False)


def test_exchanged_pairs_are_flagged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    import train.labels as judge
    from train.vectors import word_vectors

    # Words stand in for the encoder: what is tested is the command.
    monkeypatch.setattr(judge, "_embed", lambda texts, encoder: word_vectors(texts).astype("float64"))
    calm, cross = (
        "I send it today and write to you when it leaves",
        "That is not our fault and you should have read",
    )
    rows = [
        {"ask": f"where is order {n}", "good": f"{calm} number {n}", "bad": f"{cross} rule {n}"}
        for n in range(60)
    ]
    for n in (7, 31):
        rows[n]["good"], rows[n]["bad"] = rows[n]["bad"], rows[n]["good"]
    path, out = tmp_path / "pairs.csv", tmp_path / "odd.parquet"
    pl.DataFrame(rows).write_csv(path)
    done = call(path, "--input", "ask", "--output", "good", "--rejected", "bad", "-o", out)
    assert done.exit_code == 1, done.output
    judged = pl.read_parquet(out)
    assert sorted(judged.filter("flagged")["row"]) == [7, 31]
    assert set(judged.filter("flagged")["suggested"]) == {"rejected"}
    assert "2 with answers that look exchanged" in done.output
