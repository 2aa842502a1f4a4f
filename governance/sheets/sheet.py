"""A fact sheet: sections of facts. A fact has a place in the law, a value, and the files that it was read
from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from curate.task import BLANK

Value = str | int | float | Sequence[str]


@dataclass(frozen=True)
class Fact:
    """One line of a sheet.

    Parameters
    ----------
    place
        In the law or template: `Art. 30(1)(b)`.
    label
        What is asked there.
    value
        What the project says; `?` where only a person can.
    of
        Files that say so, by path in the project; empty for a blank.
    """

    place: str
    label: str
    value: Value = BLANK
    of: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether a person has to fill it in."""
        return self.value in (BLANK, "", ()) or self.value == []


@dataclass(frozen=True)
class Section:
    """A titled group of facts."""

    title: str
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Risk:
    """A risk of a DPIA: what was measured, what was done, and what is left of it.

    How likely and how severe it is, and whether what is left is accepted, are judgements: a sheet leaves them
    blank.
    """

    name: str
    measured: str
    mitigation: str
    residual: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class Citation:
    """A source of law or guidance, with its date."""

    title: str
    date: str


@dataclass(frozen=True)
class Sheet:
    """A whole sheet.

    Parameters
    ----------
    name
        As the command calls it.
    digests
        SHA-256 of every file that a fact names, by path.
    """

    name: str
    title: str
    task: str
    version: str
    sections: Sequence[Section]
    citations: Sequence[Citation]
    digests: dict[str, str]
    risks: Sequence[Risk] = ()

    @property
    def blanks(self) -> list[Fact]:
        """Facts that a person has to fill in."""
        return [fact for section in self.sections for fact in section.facts if fact.blank]


def stated(place: str, label: str, value: Value, *of: str) -> Fact:
    """A fact; a blank, without evidence, where the value says nothing."""
    fact = Fact(place, label, value, of)
    return Fact(place, label) if fact.blank else fact
