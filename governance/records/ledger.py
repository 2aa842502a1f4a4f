"""Is the journal whole? What can be told from the records themselves, and what only an older copy could tell.

Told from the records: a file that was edited, renamed, or is no record; a record that another has seen and
that is gone; one of another project; one without the signature that its kind asks for; a time that lies in
the future. With a checkpoint (a digest that somebody kept elsewhere): any record that was there at the
checkpoint and is gone.

Not told: a newest record, seen by no other, that was dropped since the last checkpoint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from curate.errors import AssayError
from governance.records.kinds import KINDS, Checkpoint
from governance.records.statement import Record, read_record
from governance.records.store import FOLDER, Fault, Line, append, path_of, read_lines

# Clocks of two machines may differ by so much.
SKEW = timedelta(days=1)
UNSEEN = (
    "Not to be told without an older copy: whether a newest record, which no other has seen, was dropped. "
    "`assay ledger checkpoint`, kept outside this repository (a signed tag, the log of a CI run), closes "
    "that."
)


@dataclass(frozen=True)
class Findings:
    """What was looked at, and what is wrong; the checkpoint that all was held against, if there was one."""

    records: int
    tips: tuple[str, ...]
    faults: tuple[Fault, ...]
    checkpoint: str | None = None
    newer: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(
    root: Path, *, project: str | None = None, checkpoint: str | None = None, now: datetime | None = None
) -> Findings:
    """Look at every record of the project in `root`.

    Parameters
    ----------
    project
        Name on the task card: records of another do not belong here.
    checkpoint
        Digest of a checkpoint, or its first digits (8 or more), as kept elsewhere; default: none.
    now
        Default: the clock.
    """
    lines, faults = read_lines(root)
    faults += faults_between(lines, faults, project, now or datetime.now(UTC))
    held, newer = None, 0
    if checkpoint is not None:
        held, more = _against(root, lines, checkpoint)
        faults += more
        if held is not None:
            newer = len(lines) - sum(one in lines for one in walk(lines, [held]))
    faults.sort(key=lambda fault: (fault.path, fault.what))
    return Findings(len(lines), tuple(tips_of(lines)), tuple(faults), held, newer)


def faults_between(
    lines: Mapping[str, Line], damaged: Sequence[Fault], project: str | None, now: datetime
) -> list[Fault]:
    """What is wrong among sound records: gone parents, strangers, lacking signatures, impossible times."""
    faults: list[Fault] = []
    lacking: dict[str, str] = {}
    latest = (now + SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")
    must_be_signed = {name for name, kind in KINDS.items() if kind.signed}
    for line in lines.values():
        if project is not None and line.project != project:
            faults.append(Fault(_name(line.id), "belongs to another project"))
        if line.kind in must_be_signed and not line.signed:
            faults.append(Fault(_name(line.id), f"is not signed: a record of kind {line.kind} must be"))
        if line.at > latest:
            faults.append(Fault(_name(line.id), f"is dated {line.at}, which is yet to come"))
        for parent in line.parents:
            seen = lines.get(parent)
            if seen is None:
                lacking[parent] = min(line.id, lacking.get(parent, line.id))
            elif line.at < seen.at and _before(line.at, seen.at):
                words = f"is dated {line.at}, over a day before record {parent[:12]} that it has seen"
                faults.append(Fault(_name(line.id), words))
    named_already = {fault.path for fault in damaged}
    faults += [
        Fault(_name(parent), f"is missing: record {child[:12]} has seen it")
        for parent, child in lacking.items()
        if _name(parent) not in named_already
    ]
    return faults


def tips_of(lines: Mapping[str, Line]) -> list[str]:
    """Records that no other has seen, sorted."""
    return sorted(lines.keys() - {parent for line in lines.values() for parent in line.parents})


def walk(lines: Mapping[str, Line], start: Iterable[str]) -> Iterator[str]:
    """The records that `start` has seen, itself included, each once; those that are missing too."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        record_id = waiting.pop()
        if record_id in seen:
            continue
        seen.add(record_id)
        yield record_id
        if (line := lines.get(record_id)) is not None:
            waiting += line.parents


def _name(record_id: str) -> str:
    return f"{record_id[:2]}/{record_id[2:]}.json"


def _before(at: str, seen: str) -> bool:
    """Whether a record is dated more than a clock's error before one it has seen."""
    return datetime.fromisoformat(seen) - datetime.fromisoformat(at) > SKEW


def _against(root: Path, lines: Mapping[str, Line], wanted: str) -> tuple[str | None, list[Fault]]:
    """The checkpoint meant, and what of its past is gone."""
    wanted = wanted.strip().lower()
    if len(wanted) < 8 or set(wanted) - set("0123456789abcdef"):
        raise AssayError(
            "a checkpoint is named by its digest, 8 digits of it or more", fix="assay ledger checkpoint"
        )
    found = [record_id for record_id in lines if record_id.startswith(wanted)]
    if len(found) != 1:
        gone = f"hold no checkpoint {wanted[:12]}: it was there once, and was dropped or changed"
        return None, [Fault("", gone)]
    held = lines[found[0]]
    if held.kind != Checkpoint.kind:
        return None, [Fault(_name(held.id), "is not a checkpoint")]
    checkpoint = read_record(path_of(root, held.id).read_bytes()).predicate
    assert isinstance(checkpoint, Checkpoint)
    past = list(walk(lines, held.parents))
    if len(past) != checkpoint.records or digest_of(past) != checkpoint.digest:
        return held.id, [Fault(_name(held.id), "is a checkpoint of other records than those it has seen")]
    return held.id, []


def digest_of(ids: list[str]) -> str:
    """SHA-256 of ids, sorted, a line each."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def make_checkpoint(root: Path, project: str, by: str | None = None) -> Record:
    """Write a checkpoint of all records there are.

    Raises
    ------
    AssayError
        If there are none yet, or some are damaged.
    """
    findings = verify(root, project=project)
    if not findings.sound:
        first = findings.faults[0]
        raise AssayError(
            f"{FOLDER}/{first.path} {first.what}: nothing is vouched for", fix="assay ledger verify"
        )
    lines, _ = read_lines(root)
    if not lines:
        raise AssayError("there are no records yet", fix="assay publish   (or: dvc repro) writes the first")
    fields = {"records": len(lines), "digest": digest_of(list(lines))}
    return append(root, Checkpoint, {}, fields, project=project, by=by)
