"""The certificate of an erasure: a record in the journal, signed where a key is given, and its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.project import Project
from curate.show.blocks import Block, Heading, Item, Listing, Paragraph, Table
from curate.splits import SPLITS
from curate.text import plain, plural
from curate.versions.twins import FOLDER as ERASURES
from governance.erasure.journal import Journal
from governance.records.kinds import Erasure
from governance.records.signing import signer
from governance.records.statement import Record
from governance.records.store import append, read_journal

# A record may have a megabyte; digests beyond are counted.
_LISTED = 10_000


def certify(project: Project, journal: Journal) -> None:
    """Write the record; one that says the same already stays the only one."""
    removed: dict[str, list[str]] = {}
    for place, oid, path in journal.removed:
        removed.setdefault(place, []).append(oid or path)
    removed = {place: _few(sorted(set(oids))) for place, oids in sorted(removed.items())}
    hits = sorted({(place, f"{path}, {how}") for place, path, how in journal.hits})
    fields = {
        "why": journal.why,
        "key_id": project.key.key_id,
        "people": journal.names,
        "plan": journal.digest,
        "versions": _each_once(journal.versions),
        "removed": removed,
        "files": journal.files,
        "raw": {path: {"dropped": dropped, "redacted": redacted} for path, dropped, redacted in journal.raw},
        "models": journal.models,
        "unreachable": [*journal.unreachable, *([place, what] for place, what in hits[:_LISTED])],
        "approvals": journal.approvals,
    }
    names = {*journal.erasures, *([journal.erasure] if journal.erasure else [])}
    subjects = {f"{ERASURES}/{name}.json": name for name in sorted(names)}
    key = Path(journal.signer) if journal.signer not in ("", "git") else None
    signed = signer(project.root, key) if journal.signer else None
    record = append(project.root, Erasure, subjects, fields, project=project.task.name, signed=signed)
    journal.record = record.id


def _each_once(versions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Versions that differ in nothing but bytes as one, with the commits of all."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for version in versions:
        of, to = version["version_digest"] or version["stored"], version["twin_digest"] or version["twin"]
        if (of, to) in found:
            found[of, to]["commits"] += version["commits"]
        else:
            found[of, to] = dict(version)
    return list(found.values())


def _few(oids: list[str]) -> list[str]:
    return oids if len(oids) <= _LISTED else [*oids[:_LISTED], f"and {len(oids) - _LISTED} more"]


def certificate(root: Path, name: str = "") -> Record:
    """The record of an erasure: the newest, or the one whose id begins with `name`.

    Raises
    ------
    AssayError
        If there is none, or several are meant.
    """
    found = [record for record_id, record in read_journal(root).of(Erasure) if record_id.startswith(name)]
    if not found:
        raise AssayError(
            f"no erasure is recorded{f' as {plain(name)}' if name else ''}",
            fix="assay ledger log   lists records",
        )
    if name and len(found) > 1:
        raise AssayError(f"{plain(name)} means {len(found)} erasures", fix="give more of its digits")
    return found[-1]


def blocks_of(record: Record) -> Sequence[Block]:
    """The certificate in words."""
    said = record.predicate
    assert isinstance(said, Erasure)
    subject = f"{plural(len(said.people), 'value')} by keyed digest" if said.people else "rows by id"
    signature = ", ".join(one.keyid for one in record.signatures) or "not signed"
    blocks: list[Block] = [
        Heading("Certificate of erasure"),
        Table(
            ("", ""),
            [
                ("project", said.project),
                ("at", said.at),
                ("by", said.by),
                (
                    "for",
                    {"request": "a request", "retention": "the end of retention"}.get(
                        said.why, "an earlier erasure"
                    ),
                ),
                ("of", f"{subject}, key {said.key_id}"),
                ("record", record.id),
                ("plan", said.plan),
                (
                    "approved by records",
                    ", ".join(one[:12] for one in said.approvals) or "nobody had to",
                ),
                ("signature", signature),
            ],
        ),
        Heading("Versions rewritten"),
        versions_table([version.model_dump() for version in said.versions])
        if said.versions
        else Paragraph("None held the person."),
        Heading("Objects removed"),
        Table(
            ("from", "objects"),
            [(place, str(len(oids))) for place, oids in said.removed.items()],
            numeric=frozenset({1}),
        )
        if said.removed
        else Paragraph("None."),
    ]
    lines = [
        f"{path}: {counts.get('dropped', 0)} cut out, {counts.get('redacted', 0)} redacted"
        for path, counts in said.raw.items()
    ]
    for head, items in (
        ("Raw files edited", lines),
        ("Files of the work tree removed or rewritten", said.files),
        ("Models to be trained again", said.models),
        ("Not reached", [": ".join(one) for one in said.unreachable]),
    ):
        if items:
            blocks += [Heading(head), Listing([Item(plain(item, 500)) for item in items])]
    blocks.append(
        Paragraph(
            "Every byte that the tool wrote in work tree, DVC's cache, reachable remotes and git was read "
            "after the erasure; what was found is listed above and nothing else was."
            if said.people
            else "The rows went by their ids; no value was sought."
        )
    )
    return blocks


def versions_table(versions: Sequence[Mapping[str, Any]]) -> Table:
    """Versions with their twins and what went."""
    rows = [
        (
            (version["version_digest"] or version["stored"])[:12],
            (version["twin_digest"] or version["twin"])[:12],
            " / ".join(str(version["rows"].get(split, 0)) for split in SPLITS),
            " / ".join(str(version["mentions"].get(split, 0)) for split in SPLITS),
            str(version["commits"]),
        )
        for version in versions
    ]
    heads = ("version", "twin", f"rows out ({' / '.join(SPLITS)})", "redacted", "commits")
    return Table(heads, rows, numeric=frozenset({4}))
