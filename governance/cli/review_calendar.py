"""`assay review list` and `assay review record`: the review calendar."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from governance.cli.rim import format_option


@click.command("list")
@format_option
def list_reviews(shape: str) -> None:
    """Show when the next review is, who holds it, what makes one due already, and the reviews that were held.

    Exit code 0, or 1 where one is late.

    \b
    Examples:
      assay review list
      assay review list --format json
    """
    from datetime import date

    from curate.project import Project
    from curate.show.blocks import Block, Heading, Paragraph, Table
    from curate.show.terminal import draw
    from curate.text import plain
    from governance.cli.rim import emit_json, stdout
    from governance.records.reviews import reviews
    from governance.review_calendar import calendar

    project, today = Project.find(), date.today()
    found, held = calendar(project, today), list(reversed(reviews(project)))
    late = found.overdue(today)
    if shape == "json":
        due = [
            {
                "trigger": one.trigger,
                "since": str(one.since),
                "by": str(one.by),
                "why": one.words,
                "late": one in late,
            }
            for one in found.due
        ]
        told = [
            {
                "record": one.record.id, "of": one.said.of, "outcome": one.said.outcome, "at": one.said.at,
                "by": one.who or None, "counts": not one.why_not,
                "next": getattr(one.said, "next", "") or None,
                "closes": list(getattr(one.said, "closes", [])),
            }
            for one in held
        ]  # fmt: skip
        emit_json(
            {
                "schema": "assay.reviews/1",
                "owner": found.owner,
                "reviewers": list(found.reviewers),
                "next": str(found.next_on) if found.next_on else None,
                "due": due,
                "held": told,
            }
        )
        raise SystemExit(1 if late else 0)
    day = f"on {found.next_on}" if found.next_on else "no day is named (review.next in task.yaml)"
    blocks: list[Block] = [Paragraph(f"Next review: {day}. {found.who}.")]
    if found.due:
        rows = [("FAIL" if one in late else "warn", one.trigger, str(one.by), one.words) for one in found.due]
        blocks += [Heading("Due"), Table(("", "trigger", "by", "why"), rows, kinds={0: "state"})]
    if held:
        lines = [
            (one.record.id[:12], one.said.at[:10], plain(one.said.of, 60), one.said.outcome,
             one.who or "?", one.why_not or ", ".join(getattr(one.said, "closes", [])))
            for one in held
        ]  # fmt: skip
        blocks += [
            Heading("Held"),
            Table(("record", "on", "of", "outcome", "by", "closed"), lines, kinds={0: "code"}),
        ]
    draw(blocks, stdout())
    raise SystemExit(1 if late else 0)


@click.command("record")
@click.option(
    "--outcome", type=click.Choice(["passed", "failed", "open"]), required=True, help="How it went."
)
@click.option(
    "--next",
    "next_on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of the next one; asked for once the card's has come.",
)
@click.option("--note", default="", help="A sentence or two; no personal value in it.")
@click.option(
    "--evidence",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of the project whose digest is recorded along; may be repeated.",
)
@click.option("--key", type=click.Path(path_type=Path), help="SSH key; default: git's user.signingkey.")
def record_review(
    outcome: str, next_on: datetime | None, note: str, evidence: tuple[Path, ...], key: Path | None
) -> None:
    """Record a review of the task, signed with the SSH key that you have for git.

    A passed one closes everything that is due; a failed one fails gate `review` until one has passed. It
    signs the card, gold, the licences of the sources and the base models as they stand, so that a later
    change of these makes the next one due.

    \b
    Examples:
      assay review record --outcome passed --next 2027-06-01
      assay review record --outcome open --note "label orders is two things" --evidence reports/index.html
    """
    from datetime import date

    from curate.journal import holds_raw
    from curate.project import Project
    from governance.cli.rim import say
    from governance.review_calendar import record_review as write

    if holds_raw(note):
        raise click.UsageError("what is recorded stays in git for ever: name no person, address or number")
    day = next_on.date() if next_on else None
    record, closed = write(
        Project.find(), outcome, date.today(), next_on=day, note=note, evidence=evidence, key=key
    )
    what = f"; closes {', '.join(sorted({one.trigger for one in closed}))}" if closed else ""
    say(f"recorded: review of the task, {outcome}, record {record.id[:12]}{what}; commit the folder records/")
