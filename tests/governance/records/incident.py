"""A kind of record for tests: it may happen twice, and needs no signature."""

from __future__ import annotations

from typing import ClassVar, Literal

from governance.records.kinds import BY_TYPE, KINDS, Name, Predicate, Text, type_of


class Incident(Predicate):
    """Something happened."""

    kind: ClassVar[str] = "incident"

    what: Name
    severity: Literal["none", "low", "high"]
    note: Text = ""


KINDS[Incident.kind] = Incident
BY_TYPE[type_of(Incident)] = Incident
