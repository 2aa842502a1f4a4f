"""`assay compare`: prepare, judge by keys, results that do not break the blindness, pairs."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from governance.cli.main import assay
from governance.compare.journal import FILE, read_preferences
from tests.governance.compare.conftest import PROMPTS


def run(root: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(assay, ["-C", str(root), "compare", *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        if code == 2:
            return str(result.exception)
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def ready(root: Path) -> str:
    answers = [f"--answers={name}={root / name}.parquet" for name in ("base", "tuned")]
    return run(root, "prepare", *answers)


def test_from_answers_to_pairs_by_keys(root: Path) -> None:
    assert f"{len(PROMPTS)} items of base and tuned to compare" in ready(root)
    said = run(root, "--reviewer", "Ada", "--keys", "lrtbs?xlzr")
    assert "5 verdicts; 1 item left" in said and "tuned" not in said and "base" not in said
    assert len(read_preferences(root)) == 7  # of which one takes another back
    assert "sorry" in said and "thank you" in said
    refused = run(root, "results", "--reviewer", "Ada", code=2)
    assert "left for Ada" in refused and "tuned" not in refused
    assert "nobody" not in run(root, "--reviewer", "Ada", "--keys", "t")
    assert "every item is judged" in run(root, "--reviewer", "Ada", "--keys", "t")
    text = run(root, "results", "--reviewer", "Ada")
    assert "base against tuned" in text and "No item was judged by two people" in text
    assert "3 preference pairs" in run(root, "pairs")
    made = (root / "data/raw/preferences.jsonl").read_text().splitlines()
    assert len(made) == 3 and json.loads(made[0])["reviewers"] == "Ada"


def test_two_people_give_a_figure(root: Path) -> None:
    ready(root)
    run(root, "--reviewer", "Ada", "--keys", "tttbbb")
    run(root, "--reviewer", "Ben", "--keys", "tttbbt")
    found = json.loads(run(root, "results", "--reviewer", "Ada", "--format", "json"))
    assert found["agreement"]["items"] == 6 and found["agreement"]["few"]
    # Ada ttt bbb, Ben ttt bbt: one of 12 apart twice; 1 - 11 * 2 / (144 - 49 - 25)
    assert found["agreement"]["alpha"]["point"] == round(1 - 11 * 2 / 70, 6)
    assert found["systems"][0]["said"] == {"first": 0, "second": 0, "tie": 7, "both_bad": 5}
    assert "Krippendorff's alpha 0.69" in run(root, "results", "--reviewer", "Ada")


def test_early_is_said_aloud(root: Path) -> None:
    ready(root)
    run(root, "--reviewer", "Ada", "--keys", "t")
    assert "base against tuned" in run(root, "results", "--reviewer", "Ada", "--early")
    assert "base against tuned" in run(root, "results", "--reviewer", "Somebody else")


def test_what_was_meant_is_asked(root: Path) -> None:
    assert "nothing to compare it with" in run(root, "prepare", f"--answers=base={root}/base.parquet", code=2)
    assert "one NAME=FILE" in run(root, "prepare", "--answers", "base", code=2)
    assert "no such file" in run(root, "prepare", "--answers", "base=nowhere.parquet", code=2)
    assert "--system goes with" in run(root, "prepare", "--system", "base", code=2)
    assert "leave FILE" in run(root, "prepare", "--held-out", "--answers", "a=b", code=2)
    assert "there are no outputs to compare yet" in run(root, "--reviewer", "Ada", "--keys", "t", code=2)
    assert not (root / FILE).exists()
