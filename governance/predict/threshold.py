"""The confidence that holds the promised risk, from the gold set's validation rows, kept for the next run.

Validation rows are answered once for each model and gold version; what is kept under `.assay/` is sealed, so
that nobody lowers a threshold by hand unseen. One row of each group is looked at, the first by id: rows of a
group hang together, and the promise counts independent ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from curate.errors import AssayError
from curate.files import write_json
from curate.project import Project
from curate.publish.gold import load_gold
from curate.seal import Standing, key_here, seal, standing
from train.guard.abstain import Threshold, choose
from train.guard.params import AbstainParams
from train.judge.params import EvaluateParams

_SEALED = "abstain"
_SCHEMA = "assay.abstain/1"
Ask = Callable[[list[str]], tuple[list[str], list[float]]]


@dataclass(frozen=True)
class Asked:
    """What a model answered to validation rows: its confidence, and whether it was right."""

    confidence: list[float]
    right: list[bool]


def threshold_of(project: Project, system: str, digest: str, params: AbstainParams, ask: Ask) -> Threshold:
    """The threshold of a classifier.

    Parameters
    ----------
    digest
        Of the model's card.
    ask
        Gives labels and confidences for texts.

    Raises
    ------
    AssayError
        If there is no gold set to take validation rows from.
    """
    risk = params.risk if params.risk is not None else project.params("evaluate", EvaluateParams).risk
    asked = _asked(project, system, digest, ask)
    return choose(np.array(asked.confidence), np.array(asked.right, dtype=bool), risk, params.delta)


def _asked(project: Project, system: str, digest: str, ask: Ask) -> Asked:
    try:
        gold = load_gold(project.gold)
    except AssayError as error:
        raise AssayError(
            f"{error.problem}; without validation rows nobody can say how sure is sure enough",
            fix=f"{error.fix}   (or in params.yaml:  predict: {{guardrails: {{unsure: off}}}})",
        ) from None
    made_of = {"model": digest, "gold": str(gold.manifest["content_digest"])}
    path = project.root / ".assay" / "abstain" / f"{system}.json"
    if kept := _kept(project, path, made_of):
        return kept
    rows = _independent(gold.validation)
    answers, confidence = ask(rows["input"].to_list())
    right = (pl.Series(answers, dtype=pl.String) == rows["output"]).to_list()
    document = {"schema": _SCHEMA, **made_of, "confidence": confidence, "right": right}
    key = key_here(project)
    write_json(path, seal(document, key, _SEALED) if key else document)
    return Asked(confidence, right)


def _independent(validation: pl.DataFrame) -> pl.DataFrame:
    """One row of each group, the first by id."""
    alone = pl.coalesce("group", "example_id")
    return validation.sort("example_id").unique(alone.alias("one"), keep="first", maintain_order=True)


def _kept(project: Project, path: Path, made_of: dict[str, str]) -> Asked | None:
    """Answers of an earlier run, if they are of this model and gold version and as they were sealed."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        same = document["schema"] == _SCHEMA and all(
            document[name] == value for name, value in made_of.items()
        )
        found = Asked(
            [float(one) for one in document["confidence"]], [bool(one) for one in document["right"]]
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    key = key_here(project)
    true = key is not None and standing(document, key, _SEALED) is Standing.TRUE
    return found if same and true else None
