"""A look for a terminal, a page, a program and GitHub: one description, many faces."""

from __future__ import annotations

from typing import Any

from curate.show.blocks import (
    Answer,
    Block,
    Chart,
    Document,
    Figure,
    Figures,
    Heading,
    Item,
    Listing,
    Notice,
    Paragraph,
    Table,
)
from curate.show.github import workflow_commands
from curate.text import plain
from governance.monitor.charts import shares_chart, topics_chart, trend_chart
from governance.monitor.compare import TITLES
from governance.monitor.history import BILLION
from governance.monitor.moved import Topic
from governance.monitor.run import Monitored
from train.drift.look import Tested

SCHEMA = "assay.monitor/1"
# Rows of a topic that are shown, and characters of each.
SHOWN, CHARACTERS = 3, 160
UNITS = {
    "domain": "AUC",
    "mmd": "squared distance",
    "neighbours": "excess",
    "words": "standard errors",
    "categories": "squared distance",
    "ordered": "largest gap",
    "mean": "difference",
}


def headline(done: Monitored) -> str:
    """The answer in a line."""
    moved = [TITLES.get(column.name, column.name) for column in done.tested if column.moved]
    if not moved:
        return f"nothing has moved: {done.live} against {done.reference}"
    return f"drift: {'; '.join(moved)}"


def as_document(done: Monitored) -> Document:
    """The page."""
    return Document("Monitoring", blocks(done), f"{done.live} against gold {done.reference}", "monitoring")


def blocks(done: Monitored) -> list[Block]:
    """All of it; charts are left out by faces that cannot show them."""
    advice = done.advice
    answer = Answer(
        headline(done),
        "bad" if done.drift else "good",
        [f"{advice.code}: {advice.do}", *advice.why],
    )
    found: list[Block] = [
        answer,
        *(Notice(note, "note") for note in done.notes),
        Figures(_figures(done)),
        Heading("What was compared", anchor="compared"),
        _tested(done),
        Paragraph(_budget_words(done), "soft"),
    ]
    if done.absent:
        found.append(
            Listing([Item(f"not compared: {why}", code=name) for name, why in sorted(done.absent.items())])
        )
    if done.drift:
        found += _moved(done)
    found += _performance(done)
    found += _trend(done)
    return found


def _figures(done: Monitored) -> list[Figure]:
    figures = [
        Figure(f"{done.total:,}", "live rows"),
        Figure(f"{done.compared_rows:,}", "of them compared"),
        Figure(f"{done.reference_rows:,}", "gold rows"),
    ]
    if done.estimated:
        share = done.estimated.share
        figures.append(
            Figure(f"{share.point:.0%}", f"right, estimated ({share.low:.0%} to {share.high:.0%})")
        )
    if done.measured:
        share = done.measured
        figures.append(Figure(f"{share.point:.0%}", f"right, measured ({share.low:.0%} to {share.high:.0%})"))
    return figures


def _tested(done: Monitored) -> Table:
    order = sorted(range(len(done.tested)), key=lambda at: (done.tested[at].adjusted, at))
    tested = [done.tested[at] for at in order]
    rows = [
        (
            "FAIL" if one.moved else "pass",
            TITLES.get(one.name, one.name),
            f"{one.size:.3f}",
            UNITS[one.kind],
            p_words(one.p),
            p_words(one.adjusted),
            _season(done, one),
        )
        for one in tested
    ]
    return Table(
        ("", "column", "size", "in", "p", "p, corrected", ""),
        rows,
        numeric=frozenset({2, 4, 5}),
        kinds={0: "state"},
        bad=frozenset(at for at, one in enumerate(tested) if one.moved),
        note=f"FAIL: corrected p at or below {done.budget.level:.6f}, this look's part of the year's "
        f"{done.budget.alpha:.0%}",
    )


def _season(done: Monitored, one: Tested) -> str:
    if one.season >= 0:
        return f"as in gold of {done.seasons[one.season]}"
    return f"unlike all {one.seasons} seasons of gold" if one.moved and one.seasons else ""


def p_words(p: float) -> str:
    """A p-value with the digits that it has."""
    return f"{p:.6f}" if p < 0.001 else f"{p:.3f}"


def _budget_words(done: Monitored) -> str:
    budget = done.budget
    again = " This look was taken before and spends nothing again." if budget.again else ""
    unrecorded = (
        "" if done.record or budget.again else " It is not recorded, so the next look does not know of it."
    )
    return (
        f"Looks of the last 365 days spent {budget.spent:.4f} of the {budget.alpha:g} that a year may; this "
        f"one may spend {budget.level:.6f} ({budget.looks} looks a year are planned).{again}{unrecorded}"
    )


def _moved(done: Monitored) -> list[Block]:
    found: list[Block] = [Heading("What moved", anchor="moved")]
    topics = done.found.topics
    if topics:
        found.append(
            Table(
                ("topic, by its words", "share of live rows", "rows", "gold among its nearest"),
                [
                    (topic.name, f"{topic.share:.1%}", f"{len(topic.rows):,}", f"{topic.gold:.0%}")
                    for topic in topics
                ],
                numeric=frozenset({1, 2, 3}),
                note="A reading of the rows, to be looked at; the tests above say whether anything moved.",
            )
        )
        found.append(topics_chart(topics))
        found += [_examples(done, topic) for topic in topics]
    for title, words in (("Words that came", done.found.came), ("Words that went", done.found.went)):
        if words:
            found.append(
                Table(
                    (title, "in gold", "in live rows"),
                    [(word, f"{before:.1%}", f"{after:.1%}") for word, before, after in words],
                    numeric=frozenset({1, 2}),
                )
            )
    for name in ("language", "source", "labels"):
        if any(column.name == name and column.moved for column in done.tested):
            found += _shares(done, name)
    return found


def _examples(done: Monitored, topic: Topic) -> Block:
    texts = done.compared.rows["input"]
    return Listing(
        [
            Item(plain(texts[at], CHARACTERS), code=f"row {done.compared.rows['row'][at]}")
            for at in topic.rows[:SHOWN]
        ]
    )


def _shares(done: Monitored, name: str) -> list[Block]:
    told = shares_of(done, name)
    title = TITLES.get(name, name)
    table = Table(
        (title, "gold", "live"),
        [(value, f"{before:.1%}", f"{after:.1%}") for value, before, after in told],
        numeric=frozenset({1, 2}),
    )
    return [table, shares_chart(told, title)]


def shares_of(done: Monitored, name: str, most: int = 12) -> list[tuple[str, float, float]]:
    """The shares of the values of a column in gold and in the live rows, those that differ most first.

    A value is shown if gold has it or three live rows do: a rare one may be somebody's.
    """
    column = next(one for one in done.compared.columns if one.name == name)
    live, weights = done.compared.pool.live, done.compared.pool.weights
    totals = [float(weights[column.rows][live[column.rows] == side].sum()) for side in (False, True)]
    sums: dict[str, list[float]] = {}
    counts: dict[str, int] = {}
    for at in column.rows.tolist():
        value = str(column.values[at])
        sums.setdefault(value, [0.0, 0.0])[int(live[at])] += float(weights[at])
        counts[value] = counts.get(value, 0) + 1
    told = [
        (plain(value, 60), before / totals[0], after / totals[1])
        for value, (before, after) in sums.items()
        if before or counts[value] >= 3
    ]
    return sorted(told, key=lambda one: (-abs(one[2] - one[1]), one[0]))[:most]


def _performance(done: Monitored) -> list[Block]:
    if done.estimated is None and done.measured is None:
        return []
    found: list[Block] = [Heading("Are the answers still right?", anchor="right")]
    if done.estimated is not None:
        one = done.estimated
        found.append(
            Paragraph(
                f"Estimated from confidences, without labels: {one.share.point:.1%} right "
                f"({one.share.low:.1%} to {one.share.high:.1%}); {one.if_unlike_is_wrong:.1%} if every row "
                f"unlike gold is wrong. On gold's held-out rows {one.held_out:.1%} were right."
            )
        )
        found.append(
            Paragraph(
                "The estimate holds while live rows are other rows of the kinds that gold has. It cannot see "
                "that labels changed their meaning, nor that the model is sure of something new and wrong: "
                "only labels measure (--labels FILE).",
                "soft",
            )
        )
    if done.measured is not None:
        share = done.measured
        found.append(
            Paragraph(
                f"Measured on labelled live rows, one of each group: {share.point:.1%} right "
                f"({share.low:.1%} to {share.high:.1%})."
            )
        )
    return found


def _trend(done: Monitored) -> list[Block]:
    looks = [(one.at, one.said) for one in done.past]
    if len(looks) < 2:
        return []
    rows = [
        (
            at.date().isoformat(),
            "FAIL" if said.drift else "pass",
            f"{said.compared:,}",
            ", ".join(column.name for column in said.columns if column.moved),
            f"{said.estimated[1] / 10_000:.1f} %" if said.estimated else "",
            f"{said.measured[1] / 10_000:.1f} %" if said.measured else "",
            f"{said.spent / BILLION:.5f}",
        )
        for at, said in looks[::-1][:26]
    ]
    chart = trend_chart([said for _, said in looks])
    return [
        Heading("Earlier looks", anchor="trend"),
        *([chart] if chart else []),
        Table(
            ("look", "", "rows compared", "moved", "estimated", "measured", "spent"),
            rows,
            numeric=frozenset({2, 4, 5, 6}),
            kinds={1: "state"},
            left_out=max(0, len(looks) - 26),
        ),
    ]


def as_json(done: Monitored) -> dict[str, Any]:
    """For programs; no text of a row."""

    def interval(one: Any) -> Any:
        return None if one is None else {"low": one.low, "point": one.point, "high": one.high}

    return {
        "schema": SCHEMA,
        "drift": done.drift,
        "headline": headline(done),
        "live": done.live,
        "against": done.reference,
        "rows": done.total,
        "compared": done.compared_rows,
        "units": done.units,
        "reference_rows": done.reference_rows,
        "seasons": list(done.seasons),
        "level": done.budget.level,
        "spent_before": round(done.budget.spent, 9),
        "again": done.budget.again,
        "record": done.record or None,
        "columns": [
            {
                "name": one.name,
                "kind": one.kind,
                "size": round(one.size, 6),
                "p": one.p,
                "p_adjusted": one.adjusted,
                "moved": one.moved,
            }
            for one in done.tested
        ],
        "absent": done.absent,
        "topics": [
            {
                "name": one.name,
                "share": round(one.share, 6),
                "rows": len(one.rows),
                "gold": round(one.gold, 6),
            }
            for one in (done.found.topics if done.drift else ())
        ],
        "words_came": [word for word, _, _ in done.found.came] if done.drift else [],
        "words_went": [word for word, _, _ in done.found.went] if done.drift else [],
        "estimated": interval(done.estimated.share if done.estimated else None),
        "estimated_if_unlike_is_wrong": done.estimated.if_unlike_is_wrong if done.estimated else None,
        "measured": interval(done.measured),
        "advice": {"code": done.advice.code, "do": done.advice.do, "label": done.advice.label},
        "notes": list(done.notes),
    }


def as_github(done: Monitored) -> str:
    """Workflow commands: one error if something moved, a notice with what to do."""
    notices = [Notice(note, "monitor") for note in done.notes]
    level = "error" if done.drift else "notice"
    why = "; ".join(done.advice.why)
    notices.append(Notice(f"{headline(done)}. {why}", "monitor", level, done.advice.do))  # type: ignore[arg-type]
    return workflow_commands(notices, about="monitor", rest="in the step's summary")


def terminal_blocks(done: Monitored) -> list[Block]:
    """What a terminal shows: the answer last, where the eye is left."""
    every = [block for block in blocks(done) if not isinstance(block, Chart)]
    return [*every[1:], every[0]]


def record_words(done: Monitored) -> str:
    """What became of the look, in a line."""
    if done.record:
        return f"record {done.record[:12]}; commit records/"
    return "taken before, not written again" if done.budget.again else "not recorded"
