"""Records for a person to read, newest first, like a log of commits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.records.statement import Record
from governance.records.store import read_journal

_OWN = ("project", "at", "by", "parents")


@dataclass(frozen=True)
class Entry:
    """A record in the log."""

    id: str
    record: Record

    @property
    def heading(self) -> str:
        """Digest, kind, time and person."""
        predicate = self.record.predicate
        return f"{self.id[:12]}  {predicate.kind}  {predicate.at}  {predicate.by}"

    def rows(self) -> list[tuple[str, str]]:
        """What it says, and what it speaks of, as pairs."""
        predicate = self.record.predicate
        said = predicate.model_dump(mode="json", exclude=set(_OWN))
        rows = [(name, _words(value)) for name, value in said.items() if value not in ("", [], {}, None)]
        rows += [(subject.name, subject.sha256[:16]) for subject in self.record.subjects]
        rows += [("signed by", signature.keyid) for signature in self.record.signatures]
        return rows

    def document(self) -> dict[str, Any]:
        """JSON-safe."""
        predicate = self.record.predicate
        return {
            "id": self.id,
            "kind": predicate.kind,
            **predicate.model_dump(mode="json"),
            "subjects": {subject.name: subject.sha256 for subject in self.record.subjects},
            "signatures": [signature.keyid for signature in self.record.signatures],
        }


def entries(root: Path) -> list[Entry]:
    """All sound records, newest first; equals by digest. Damaged files are left out: `ledger verify` names
    them.
    """
    records = read_journal(root).records
    return sorted(
        (Entry(name, record) for name, record in records.items()),
        key=lambda entry: (entry.record.predicate.at, entry.id),
        reverse=True,
    )


def _words(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(one, list | dict) for one in value):
        return f"{len(value):,}"  # what an erasure rewrote: its certificate has them all
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        told = [f"{name}: {len(item) if isinstance(item, list) else item}" for name, item in value.items()]
        return ", ".join(told)
    return str(value)
