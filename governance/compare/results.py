"""What the verdicts on a project's items say: who is preferred, how far people agree, and whether a side was.

Only verdicts on the items that lie here count, so that those on an earlier model's answers are not mixed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.project import Project
from curate.show.blocks import Block, Heading, Notice, Paragraph, Table
from curate.text import plural
from governance.compare.items import read_items
from governance.compare.journal import Preference, project_preferences, speaking
from train.stats.agreement import Agreement, agreement
from train.stats.intervals import Interval
from train.stats.preference import WORDS, Preferred, Side, preferences, side_bias

# Agreement that Krippendorff (2004, "Content analysis", p. 241) asks for, and for tentative conclusions.
GOOD, TENTATIVE = 0.8, 0.667
_SCHEMA = {
    "first": pl.String,
    "second": pl.String,
    "unit": pl.String,
    "reviewer": pl.String,
    "value": pl.String,
    "side": pl.String,
    "held_out": pl.Boolean,
}


@dataclass(frozen=True)
class Results:
    """The figures.

    Parameters
    ----------
    items, judged, held_out
        Items; those that anybody judged; those of held-out rows among them.
    reviewers
        Verdicts that stand by person.
    together
        Agreement over all items.
    """

    items: int
    judged: int
    held_out: int
    reviewers: dict[str, int]
    preferred: tuple[Preferred, ...]
    together: Agreement
    side: Side


def results(project: Project) -> Results:
    """The figures of a project.

    Raises
    ------
    AssayError
        If nothing was prepared.
    """
    items = read_items(project)
    return results_of(items, project_preferences(project))


def standing(items: pl.DataFrame, lines: list[Preference]) -> list[Preference]:
    """Each person's verdict that stands on each of the items."""
    here = set(items["item"].to_list())
    return [line for line in speaking(lines).values() if line.verdict != "unsure" and line.item in here]


def results_of(items: pl.DataFrame, lines: list[Preference]) -> Results:
    """The figures of items and the lines of the journal."""
    rows = [
        (line.first, line.second, line.item, line.reviewer, line.verdict, _side(line), line.held_out)
        for line in standing(items, lines)
    ]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").sort("unit", "reviewer")
    people = frame.group_by("reviewer").len().sort("reviewer")
    return Results(
        items.height,
        frame["unit"].n_unique(),
        frame.filter("held_out")["unit"].n_unique(),
        dict(people.iter_rows()),
        tuple(preferences(frame)),
        agreement(frame),
        side_bias(frame["side"]),
    )


def _side(line: Preference) -> str:
    if line.verdict not in ("first", "second"):
        return ""
    return "left" if line.verdict == line.left else "right"


def document(found: Results) -> dict[str, Any]:
    """For scripts."""
    return {
        "schema": "assay.compare/1",
        "items": found.items,
        "judged": found.judged,
        "held_out": found.held_out,
        "reviewers": found.reviewers,
        "systems": [
            {
                "first": each.first,
                "second": each.second,
                "items": each.items,
                "said": each.said,
                "win_rate_of_first": _rounded(each.rate),
                "items_for_first": each.leaning[0],
                "items_for_second": each.leaning[1],
                "p": round(each.p, 6),
                "p_holm": round(each.p_holm, 6),
                "few": each.few,
            }
            for each in found.preferred
        ],
        "agreement": {
            "alpha": None if found.together.alpha is None else _rounded(found.together.alpha),
            "same": None if found.together.same is None else round(found.together.same, 6),
            "items": found.together.units,
            "judgements": found.together.judgements,
            "reviewers": found.together.reviewers,
            "few": found.together.few,
        },
        "side": {"left": found.side.left, "right": found.side.right, "p": round(found.side.p, 6)},
    }


def blocks(found: Results) -> list[Block]:
    """For people: a table of the pairs of systems, then what to think of it."""
    if not found.judged:
        return [Paragraph("Nobody has judged any of these items.")]
    rows = [
        (
            f"{each.first} against {each.second}",
            str(each.items),
            f"{each.rate.point:.0%} [{each.rate.low:.0%}, {each.rate.high:.0%}]",
            " / ".join(str(each.said[word]) for word in WORDS),
            f"{each.leaning[0]} : {each.leaning[1]}",
            f"{each.p_holm:.3f}" if each.p_holm >= 0.001 else "< 0.001",
        )
        for each in found.preferred
    ]
    heads = (
        "systems",
        "items",
        "the first wins (ties half)",
        "first / second / tie / both bad",
        "items lean",
        "sign test p",
    )
    said: list[Block] = [Heading("Who is preferred"), Table(heads, rows)]
    people = ", ".join(f"{name} {count:,}" for name, count in found.reviewers.items())
    said.append(Paragraph(f"{found.judged:,} of {plural(found.items, 'item')} judged: {people}."))
    if any(each.few for each in found.preferred):
        said.append(Paragraph("With fewer than 30 items an interval is too narrow: read it as a hint."))
    said += [Heading("How far people agree"), Paragraph(agreement_words(found.together))]
    if found.side.left + found.side.right:
        said.append(
            Paragraph(
                f"The left was taken {found.side.left:,} times, the right {found.side.right:,} times "
                f"(sign test p {found.side.p:.2f})."
            )
        )
    if found.held_out:
        words = (
            f"{plural(found.held_out, 'judged item')} of held-out rows: they measure, and none becomes a "
            "training pair."
        )
        said.append(Notice(words, "", "notice"))
    return said


def agreement_words(found: Agreement) -> str:
    """Alpha in a sentence, with what it is worth."""
    if not found.units:
        return "No item was judged by two people: nothing is known of their agreement."
    over = f"over {plural(found.units, 'item')} that {plural(found.reviewers, 'person', 'people')} shared"
    if found.alpha is None:
        return f"Krippendorff's alpha is undefined {over}: every verdict is the same."
    alpha = found.alpha
    worth = (
        "good enough to rely on"
        if alpha.low >= GOOD
        else "enough for tentative conclusions"
        if alpha.low >= TENTATIVE
        else "too low, or too uncertain, to rely on: settle in words what better means, then judge on"
    )
    few = "; with so few items the interval is too narrow" if found.few else ""
    return (
        f"Krippendorff's alpha {alpha.point:.2f} [{alpha.low:.2f}, {alpha.high:.2f}] {over}: {worth}{few}. "
        f"Equal verdicts, chance included: {found.same or 0:.0%}."
    )


def _rounded(interval: Interval) -> dict[str, float]:
    return {name: round(getattr(interval, name), 6) for name in ("point", "low", "high")}
