"""The file of planted faults, checked as it is read: its form is written down in examples/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from curate.documents import load_json
from curate.errors import AssayError


class _Entry(BaseModel):
    model_config = ConfigDict(extra="allow")


class BadRow(_Entry):
    """A row that must not reach gold."""

    ticket_id: str
    kind: str


class Value(_Entry):
    """Characters of an input: personal data of an entity, or what only looks like it, of a kind."""

    start: int
    end: int
    entity: str = ""
    kind: str = ""


class Copy(_Entry):
    """A row that repeats row `of`, with another answer if there is a conflict."""

    of: str
    conflict: bool = False


class Truth(_Entry):
    """What was planted; a part left out has nothing."""

    malformed: list[BadRow] = []
    entities: dict[str, list[Value]] = {}
    hard_negatives: dict[str, list[Value]] = {}
    exact_duplicates: dict[str, Copy] = {}
    near_duplicates: dict[str, Copy] = {}
    leaks: dict[str, Copy] = {}
    contradictions: dict[str, dict[str, Any]] = {}
    wrong_labels: dict[str, dict[str, Any]] = {}


# Without a pair planted nothing is compared, and the report says nothing of them.
_PAIRS = {"exact_duplicates", "near_duplicates", "leaks", "contradictions"}


def read_truth(path: Path) -> dict[str, Any]:
    """The planted faults by kind; parts that the file leaves out are empty, or absent where they are pairs.

    Raises
    ------
    AssayError
        If the file is missing or is not of the expected form.
    """
    if not path.exists():
        raise AssayError(
            f"params.report.truth names {path}, which does not exist",
            fix="python -m sample.build   (or remove `truth` from params.report)",
        )
    given = load_json(path)
    try:
        truth = Truth.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise AssayError(
            f"{path} (params.report.truth) is not a file of planted faults: {place}: {first['msg']}",
            fix="write it in the form that examples/README.md has, or remove `truth` from params.report",
        ) from None
    return truth.model_dump(exclude=_PAIRS - set(given))
