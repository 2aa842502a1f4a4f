"""Committed records beside a gold version that explain changes: `split.lock` and the stewards' verdicts.

They are read as they stood at the version's commit, or beside a gold folder. What cannot be read explains
nothing: the change it would have explained is then reported as unexplained, which is the safe way to fail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from curate.pii.decisions import standing
from curate.versions.version import figures, flatten

LOCK = "split.lock"
VERDICTS = "decisions/pii.jsonl"
METRICS = "reports/metrics.json"
POLICY = {"params": "params.yaml", "task": "task.yaml", "baseline": "decisions/pii-baseline.json"}


@dataclass(frozen=True)
class Beside:
    """What stands beside a gold folder: figures by dotted name, the lock's leaves, and the verdicts in force
    (schema `curate.pii.decisions.VERDICTS`; None: no decisions), and `params.yaml` and `task.yaml` under
    `params` and `task`.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    lock: Mapping[str, Any] = field(default_factory=dict)
    verdicts: pl.DataFrame | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)


def beside(read: Callable[[str], str | None], *, known: bool = True) -> Beside:
    """The records that `read` (path in the project -> text, None if there is none) gives.

    `known` says that this is a project, whose missing decisions mean that nothing was decided.
    """
    metrics, lock = (_document(read(path)) for path in (METRICS, LOCK))
    policy = {name: _yaml(read(path)) for name, path in POLICY.items()} if known else {}
    said = standing(read(VERDICTS) or "") if known else None
    return Beside(figures(metrics), flatten(lock), said, policy)


def _yaml(text: str | None) -> dict[str, Any]:
    import yaml

    try:
        document = yaml.load(text or "", Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _document(text: str | None) -> dict[str, Any]:
    try:
        document = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
