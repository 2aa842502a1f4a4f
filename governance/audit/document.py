"""The audit as JSON for programs, and as the document that a person reads in any form."""

from __future__ import annotations

from typing import Any

from curate.show.blocks import Answer, Block, Code, Document, Figure, Figures, Inline, Notice, Paragraph, Tone
from curate.text import plural
from governance.audit.project import Audit
from governance.audit.words import fix, headline, tables

SCHEMA = "assay.audit/1"


def as_json(audit: Audit) -> dict[str, Any]:
    """Counts, what waits (by keyed ids), what changed, verdicts; no text, no values."""
    waiting = [
        "finding_id",
        "value_id",
        "example_id",
        "field",
        "entity",
        "source",
        "tier",
        "score",
        "action",
        "verdict",
        "why",
    ]
    counts = audit.inventory.findings.group_by("standing").len()
    return {
        "schema": SCHEMA,
        "task": audit.task,
        "passed": audit.inventory.passed,
        "summary": headline(audit),
        "rows": audit.rows,
        "key_id": audit.key_id,
        "scope": audit.scope,
        "standing": dict(counts.sort("standing").iter_rows()),
        "inventory": audit.inventory.lines.to_dicts(),
        "blocks": audit.inventory.standing("blocks").select(waiting).to_dicts(),
        "queued": audit.inventory.standing("queued").select(waiting).to_dicts(),
        "since": None
        if audit.change is None
        else {
            "than": audit.change.than,
            "unit": audit.change.unit,
            **audit.change.totals(),
            "entities": audit.change.lines.to_dicts(),
        },
        "verdicts": {
            "in_force": audit.verdicts,
            "reopened": _without_reason(audit.inventory.reopened.to_dicts()),
            "stale": _without_reason(audit.inventory.stale.to_dicts()),
        },
        "targets": list(audit.targets),
        "underivable": list(audit.underivable),
        "notes": list(audit.notes),
    }


def _without_reason(verdicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A reason is free text: it stays in `decisions/`."""
    return [{name: value for name, value in verdict.items() if name != "reason"} for verdict in verdicts]


def as_document(audit: Audit) -> Document:
    """The answer, what is behind it, and every table."""
    subtitle: list[str | Code] = [
        f"{audit.task} · {plural(audit.rows, 'row')} · key ",
        Code(audit.key_id),
        " · placeholders and surrogates in scope ",
        Code(audit.scope),
    ]
    blocks: list[Block] = [
        answer(audit),
        *(Notice(note) for note in audit.notes),
        _standings(audit),
        *tables(audit),
        Paragraph(
            "Values are named by the first digits of their keyed ids; no value is shown here. A verdict on a "
            "value clears all its repeats.",
            "soft",
        ),
    ]
    return Document("PII audit", blocks, subtitle, audit.task)


def terminal_blocks(audit: Audit) -> list[Block]:
    """What a terminal shows: the tables, and the answer last, where the eye is left."""
    return [*tables(audit), *(Notice(note) for note in audit.notes), answer(audit)]


def answer(audit: Audit) -> Answer:
    """Whether the audit passes, what it found, and what to do next."""
    passed = audit.inventory.passed
    reasons: list[Inline] = [f"{headline(audit)}."]
    if fix(audit):
        reasons.append(["Next: ", Code(fix(audit))])
    return Answer("pass" if passed else "FAIL", "good" if passed else "bad", reasons)


def _standings(audit: Audit) -> Figures:
    """Each standing, its count, and what it means."""
    meaning: dict[str, tuple[str, Tone]] = {
        "blocks": ("stand over policy", "bad"),
        "baseline": ("excused by the baseline", "plain"),
        "queued": ("wait in the queue", "note"),
        "reviewed": ("decided by a person", "plain"),
        "settled": ("settled by policy", "plain"),
    }
    counts = {name: audit.inventory.standing(name).height for name in meaning}
    figures = [
        Figure(f"{counts[name]:,}", words, tone if counts[name] else "plain")
        for name, (words, tone) in meaning.items()
    ]
    return Figures(figures)
