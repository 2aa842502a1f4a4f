"""A project whose one system is a stand-in that answers at once: what stands around it is tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from curate.project import Project
from curate.sealed_folder import seal_folder
from governance.records.events import trained
from tests.governance.records.test_events import CARD, write_version
from train.arrays import Floats
from train.systems.base import Classifier, Context

PARAMS = "predict: {chunk_rows: 4, guardrails: {unsure: off}}\n"


class StandIn(Classifier):
    """Says `late` of texts with that word, else `other`; remembers what it was asked, and stops when told."""

    name = "lora"
    title = "stand-in"
    family = "adapter"
    labels = ("late", "other")

    def __init__(self, stop_at: int | None = None) -> None:
        self.asked: list[str] = []
        self.stop_at = stop_at

    @property
    def trainable_parameters(self) -> int:
        return 0

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        if self.stop_at is not None and len(self.asked) >= self.stop_at:
            raise KeyboardInterrupt
        self.asked += texts
        shares = [0.9 if "late" in text else 0.2 for text in texts]
        late = np.array(shares)
        return np.column_stack([late, 1 - late])

    def fit(self, train: Any, validation: Any, labels: tuple[str, ...], ctx: Context) -> None:
        raise AssertionError

    def save(self, folder: Path) -> None:
        raise AssertionError

    def load(self, folder: Path) -> None:
        raise AssertionError


def write_project(root: Path) -> Project:
    """A project with a system that is sealed and recorded."""
    card = {
        **CARD,
        "labels": ["late", "other"],
        "sources": {"desk": {}},
        "demo_key": "a key for tests only, of some length",
    }
    (root / "task.yaml").write_text(yaml.safe_dump(card))
    (root / "params.yaml").write_text(PARAMS)
    write_version(root, 5)
    project = Project(root)
    seal_folder(project.models, project.key, "models")
    trained(project)
    return project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    return write_project(root)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., StandIn]:
    """Puts a stand-in where the system would be loaded."""

    def place(stop_at: int | None = None) -> StandIn:
        system = StandIn(stop_at)
        monkeypatch.setattr("governance.predict.run.load_system", lambda folder: system)
        return system

    return place
