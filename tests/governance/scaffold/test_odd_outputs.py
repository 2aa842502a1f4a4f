"""`assay init` on labels that may stand for none, and on outputs of an extraction that are not JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from curate.task import read_task
from tests.governance.scaffold.conftest import ROWS, assay, init, names, to_csv


def test_labels_that_may_stand_for_none_are_named_with_their_rows_and_stay_classes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = [
        {"text": f"odd {n}", "label": label} for n, label in enumerate(["NULL", "NULL", "N/A", "nan", "none"])
    ]
    to_csv([*ROWS["classification"], *odd], tmp_path / "d.csv")
    assert init("p") == 0
    said = capsys.readouterr().err
    assert (
        "labels that may stand for no label: 'NULL' (2 rows), 'N/A' (1 row), 'nan' (1 row), 'none' (1 row)"
        in said
    )
    assert "drops their rows as unknown_label" in said
    assert set(read_task(tmp_path / "p").labels) == {"NULL", "N/A", "nan", "none", "a", "b", "c"}


def test_plain_labels_are_not_taken_for_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"text": f"t {n}", "label": label} for n, label in enumerate(["no", "yes", "nan bread", "0", "other"])
    ]
    to_csv(rows, tmp_path / "d.csv")
    assert init("p") == 0
    assert "stand for no label" not in capsys.readouterr().err


def _extraction(outputs: list[str]) -> int:
    to_csv([{"text": f"letter {n}", "facts": text} for n, text in enumerate(outputs)], Path("d.csv"))
    named = ("--kind", "extraction", "--data", "d.csv", "--input", "text", "--output", "facts")
    return assay("init", "p", *named, "--track", "none")


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (
            ["billing"] * 4,
            "0 of 4 outputs (0%) in 'facts' are JSON objects or lists; the one at line 2 is not",
        ),
        (
            ['{"a": 1}', "12", "13", "x"],
            "1 of 4 outputs (25%) in 'facts' are JSON objects or lists; the one at line 3",
        ),
    ],
)
def test_an_extraction_without_json_outputs_is_refused_with_the_share_and_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], outputs: list[str], words: str
) -> None:
    assert _extraction(outputs) == 2
    said = capsys.readouterr().err
    assert words in said and "choose another --kind" in said
    assert names(tmp_path) == ["d.csv"]


def test_a_few_outputs_that_are_not_json_are_only_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _extraction(['{"a": 1}', '{"a": 2}', '{"a": NaN}', "[]"]) == 0
    said = capsys.readouterr().err
    assert "3 of 4 outputs (75%) in 'facts'" in said and "line 4 is not (NaN or Infinity" in said
    assert "stage `validate` drops such rows" in said
