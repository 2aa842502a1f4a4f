"""The audit as JSON, as Markdown for a pull request, and as one self-contained HTML page. Everything shown is
escaped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from curate.text import for_markdown, plain
from governance.audit.project import Audit
from governance.audit.words import fix, grids, headline

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
        "notes": list(audit.notes),
    }


def _without_reason(verdicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A reason is free text: it stays in `decisions/`."""
    return [{name: value for name, value in verdict.items() if name != "reason"} for verdict in verdicts]


def as_markdown(audit: Audit) -> str:
    """Headed tables for a pull-request comment."""
    lines = [
        f"## PII audit: {'pass' if audit.inventory.passed else '**fail**'}",
        "",
        for_markdown(headline(audit), 400),
    ]
    if fix(audit):
        lines += ["", f"Next: `{fix(audit)}`"]
    lines += [f"\n> {for_markdown(note, 300)}" for note in audit.notes]
    for grid in grids(audit):
        rule = "|".join("--:" if at in grid.numeric else "---" for at in range(len(grid.columns)))
        lines += ["", f"### {for_markdown(grid.title)}", "", f"| {' | '.join(grid.columns)} |", f"|{rule}|"]
        lines += [f"| {' | '.join(for_markdown(cell) for cell in row)} |" for row in grid.rows]
        lines += ["", for_markdown(grid.note)] if grid.note else []
    return "\n".join(lines) + "\n"


def as_html(audit: Audit) -> str:
    """One page without scripts, fonts or pictures from elsewhere; its policy lets none in."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True
    )
    environment.filters["plain"] = lambda text: plain(str(text), 400)
    return environment.get_template("page.html").render(
        audit=audit,
        passed=audit.inventory.passed,
        headline=headline(audit),
        fix=fix(audit),
        grids=grids(audit),
        tiles=_tiles(audit),
    )


def _tiles(audit: Audit) -> list[tuple[str, str, str]]:
    """Standing, its count, and what it means: the page's first row."""
    meaning = {
        "blocks": "stand over policy",
        "baseline": "excused by the baseline",
        "queued": "wait in the queue",
        "reviewed": "decided by a person",
        "settled": "settled by policy",
    }
    return [(name, f"{audit.inventory.standing(name).height:,}", words) for name, words in meaning.items()]
