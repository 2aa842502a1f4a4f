"""What a model's card says of people who were taken out of the data before it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.documents import load_json
from curate.files import write_json
from curate.text import plural
from curate.versions.twins import read_erasures

FIELD = "erasures"


def note_erasures(models: Path, root: Path) -> None:
    """Name in every card under `models` the erasures that the project has: the version that was learned from
    holds none of the rows that they took out. Cards of a project without any stay as they are.
    """
    names = list(read_erasures(root).names)
    for path in sorted(models.rglob("model.json")) if names else ():
        write_json(path, {**load_json(path, fix="assay train"), FIELD: names})


def erasure_line(card: Mapping[str, Any]) -> list[str]:
    """The line of a model card that says so; none where nobody was taken out."""
    names = card.get(FIELD) or []
    return [f"- trained without the rows taken out by {plural(len(names), 'erasure')}"] if names else []
