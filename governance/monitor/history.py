"""Looks as records of the project: what they saw, and what they spent of the year's chance of a false alarm.

The same live file against the same gold is one look however often it is taken: it has what it was given the
first time, and nothing is written again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from curate.project import Project
from governance.records.kinds import Monitoring
from governance.records.statement import Record
from governance.records.store import append, sound_journal
from train.drift.spending import allowance, spent_by

BILLION, MILLION = 1_000_000_000, 1_000_000


@dataclass(frozen=True)
class Past:
    """An earlier look."""

    at: datetime
    said: Monitoring
    live: str


@dataclass(frozen=True)
class Budget:
    """What this look may spend.

    Parameters
    ----------
    level
        The largest p-value (adjusted) that is an alarm.
    spent
        By earlier looks of the 365 days before.
    again
        Whether this look has been taken before.
    """

    level: float
    spent: float
    alpha: float
    looks: int
    again: bool = False


def past_looks(project: Project) -> list[Past]:
    """Every look of the project, oldest first."""
    found = []
    for _, record in sound_journal(project.root).of(Monitoring):
        assert isinstance(record.predicate, Monitoring)
        at = datetime.fromisoformat(record.predicate.at)
        found.append(Past(at, record.predicate, record.digest_of("live") or ""))
    return found


def budget_of(
    past: list[Past], live: str, against: str, alpha: float, looks: int, now: datetime | None = None
) -> Budget:
    """What a look at `live` (digest) against `against` may spend."""
    moment = now or datetime.now(UTC)
    for one in past:
        if one.live == live and one.said.against == against:
            before = [each for each in past if each.at < one.at]
            spent = spent_by([(each.at, each.said.spent / BILLION) for each in before], one.at)
            return Budget(one.said.spent / BILLION, spent, alpha, looks, True)
    spent = spent_by([(each.at, each.said.spent / BILLION) for each in past], moment)
    # Rounded down to what a record holds, so that a look means the same when it is read again.
    level = int(allowance(spent, alpha, looks) * BILLION) / BILLION
    return Budget(level, spent, alpha, looks)


def record_look(project: Project, live: str, fields: dict[str, Any]) -> Record:
    """Write the look down."""
    return append(project.root, Monitoring, {"live": live}, fields, project=project.task.name)
