"""A project whose rows two systems answered: a gold set with held-out rows, and files as `assay predict`
writes them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from curate.examples import EXAMPLES, conform
from curate.project import Project
from governance.compare.items import prepare
from governance.compare.round import Round
from governance.triage.row_verdicts import Judge
from tests.chain import ROOT

KEY = "a-key-for-tests-that-is-long-enough-to-be-one"
CARD = (
    "name: t\nkind: rewriting\nbehaviour: b\nlanguages: [en]\n"
    f"metric: {{name: chrf, target: 0.5}}\ndemo_key: {KEY}\n"
)
TODAY = date(2026, 5, 4)
PROMPTS = [
    "the lamp hums at night and keeps me awake",
    "my parcel was left in the rain by the gate",
    "please send the receipt for the last chair",
    "the app logs me out whenever I open it",
    "can the oak table be oiled with linseed",
    "two screws are missing from the shelf box",
]
HELD_OUT = [
    "the blue rug lost its colour in the first wash",
    "which of the sofas fits through a narrow door",
]


def rows(name: str, texts: list[str]) -> pl.DataFrame:
    given = [
        {
            "example_id": f"{name}{at}",
            "input": text,
            "output": text.upper(),
            "language": "en",
            "held_out": False,
        }
        for at, text in enumerate(texts)
    ]
    return conform(pl.DataFrame(given), EXAMPLES)


def answers(texts: list[str], ending: str) -> pl.DataFrame:
    """What `assay predict` writes for a file of these texts."""
    return pl.DataFrame(
        {
            "row": range(len(texts)),
            "output": [f"{text.capitalize()}{ending}" for text in texts],
            "confidence": pl.Series([None] * len(texts), dtype=pl.Float64),
            "flags": [""] * len(texts),
        }
    )


def write_compared(root: Path, prompts: list[str] = PROMPTS, held_out: list[str] = HELD_OUT) -> None:
    (root / "task.yaml").write_text(CARD)
    (root / "params.yaml").write_text("scan: {}\n")
    gold = root / "gold"
    gold.mkdir()
    rows("t", ["an entirely other row that trains the systems"]).write_parquet(gold / "train.parquet")
    rows("v", prompts).write_parquet(gold / "validation.parquet")
    rows("h", held_out).write_parquet(gold / "test.parquet")
    answers(prompts, ", we are sorry.").write_parquet(root / "base.parquet")
    answers(prompts, ": thank you, it is done.").write_parquet(root / "tuned.parquet")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(ROOT)  # undone after the test: `-C` changes the folder for good
    write_compared(tmp_path)
    return tmp_path


@pytest.fixture
def project(root: Path) -> Project:
    return Project(root)


def both(root: Path) -> dict[str, Path]:
    return {"tuned": root / "tuned.parquet", "base": root / "base.parquet"}


@pytest.fixture
def compared(project: Project) -> Project:
    """The project with its items."""
    prepare(project, None, both(project.root))
    return project


def round_of(project: Project, name: str = "Ada") -> Round:
    from governance.compare.items import read_items

    return Round(read_items(project), project.key, Judge(name, "", TODAY))
