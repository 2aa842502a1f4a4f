"""The plan of an erasure, in words and as a document; values are masked, rows told by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from curate.project import Project
from curate.show.blocks import Block, Heading, Item, Listing, Paragraph, Table
from curate.splits import SPLITS
from curate.text import plain, plural
from governance.erasure.plan import Plan
from governance.erasure.reach import unreachable
from governance.subjects.doubts import doubts

SCHEMA = "assay.erasure-plan/1"
_SHOWN = 12


def document_of(plan: Plan, project: Project) -> dict[str, Any]:
    """JSON-safe; no value stands in it."""
    return {
        "schema": SCHEMA,
        "anything": plan.anything,
        "plan": plan.digest,
        "why": plan.why,
        "sought": [{"shown": one.shown, "form": one.form} for one in plan.person.sought],
        "doubts": [vars(doubt) for doubt in doubts(project, plan.person.values, plan.person.sought)],
        "mentions": plan.params.mentions,
        "rows": sorted(plan.rows),
        "versions": [
            {
                "version": version.name,
                "digest": version.content,
                "stored": version.stored,
                "commits": version.commits,
                "dropped": dict(version.dropped),
                "redacted": dict(version.mentions),
                "learned_from": version.learned,
            }
            for version in plan.versions
        ],
        "objects": list(plan.objects),
        "files": list(plan.found.remove),
        "gold_replaced": plan.found.gold,
        "outside": list(plan.found.outside),
        "edited": [*plan.found.decisions, *(["split.lock"] if plan.found.lock else [])],
        "raw": [
            {
                "path": raw.path,
                "dropped": raw.edited.dropped if raw.edited else 0,
                "redacted": raw.edited.redacted if raw.edited else 0,
                "by_hand": raw.why_not,
            }
            for raw in plan.raw
        ],
        "models": list(plan.models),
        "not_reached": [list(one) for one in unreachable(plan, project)],
    }


def blocks_of(plan: Plan, project: Project) -> Sequence[Block]:
    """What a terminal shows."""
    sought = ", ".join(f"{one.shown} ({one.form})" for one in plan.person.sought)
    blocks: list[Block] = [Paragraph(f"To be taken out: {sought or _whom(plan)}.")]
    hardly = [str(one) for one in doubts(project, plan.person.values, plan.person.sought)]
    if hardly:
        doubtful = [*hardly, "--yes refuses these; with --force it takes out every row named below"]
        blocks += [Heading("Hardly a person's"), Listing([Item(plain(item, 200)) for item in doubtful])]
    if not plan.anything:
        blocks.append(Paragraph("Nothing here holds them: there is nothing to do."))
    if plan.rows:
        listed = sorted(plan.rows)
        more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
        ids = ", ".join(plain(row, 40) for row in listed[:_SHOWN])
        blocks.append(
            Paragraph(
                f"{plural(len(listed), 'row')} that {'goes' if len(listed) == 1 else 'go'}, wherever "
                f"{'it stands' if len(listed) == 1 else 'they stand'}: {ids}{more}"
            )
        )
    if plan.versions:
        trained = {model.rsplit("@", 1)[-1] for model in plan.models}
        rows = [
            (
                version.name,
                " / ".join(str(version.dropped.get(split, 0)) for split in SPLITS),
                " / ".join(str(version.mentions.get(split, 0)) for split in SPLITS),
                str(version.commits) if version.commits else "not committed",
                "must be trained again" if version.content[:12] in trained else "",
            )
            for version in plan.versions
        ]
        heads = ("version", f"rows out ({' / '.join(SPLITS)})", "redacted", "commits", "models")
        blocks += [Heading("Gold versions, each to be rewritten without them"), Table(heads, rows)]
    raw = [
        f"{one.path}: {one.edited.dropped} cut out, {one.edited.redacted} redacted"
        if one.edited
        else f"{one.path}: BY HAND, {one.why_not}"
        for one in plan.raw
    ]
    edited = [*plan.found.decisions, *(["split.lock"] if plan.found.lock else [])]
    removed = [f"{plural(len(plan.objects), 'object')} of DVC's cache and remotes"] if plan.objects else []
    for head, items in (
        ("Raw files", raw),
        ("Removed", [*removed, *plan.found.remove, *plan.found.outside]),
        ("Lines or digests taken out", edited),
        ("Models to be trained again", plan.models),
        ("Not reached", [": ".join(one) for one in unreachable(plan, project)]),
    ):
        if items:
            blocks += [Heading(head), Listing([Item(plain(item, 500)) for item in items])]
    if plan.anything:
        blocks.append(Paragraph(f"Plan {plan.digest}. Nothing was changed; --yes carries it out."))
    return blocks


def _whom(plan: Plan) -> str:
    return "rows past their retention" if plan.why == "retention" else "what earlier erasures took out"
