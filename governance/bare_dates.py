"""Dates without quotes: YAML makes a date of them, where the project's files want a text.

DVC refuses one among its parameters, and the task card as a source's `retention`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from curate.errors import AssayError
from curate.params import read_yaml
from curate.project import Project


def bare_dates(value: object, name: str = "") -> Iterator[str]:
    """Dotted names of the dates that stand without quotes in a YAML value."""
    if isinstance(value, date):
        yield name
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from bare_dates(part, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from bare_dates(part, f"{name}[{at}]")


def refused_card(project: Project) -> AssayError | None:
    """Why the task card cannot be read, where it cannot; of a date without quotes with what to write."""
    try:
        _ = project.task
    except AssayError as error:
        return with_quotes(project, error)
    return None


def with_quotes(project: Project, error: AssayError) -> AssayError:
    """`error` of the card, with the fix of a date without quotes that it speaks of, if it does."""
    try:
        card = read_yaml(project.root / "task.yaml")
    except AssayError:
        return error
    for name in bare_dates(card):
        if f"`task.{name}`" in error.problem:
            field = name.rpartition(".")[2]
            return AssayError(error.problem, fix=f'put it in quotes in task.yaml: {field}: "2027-06-01"')
    return error
