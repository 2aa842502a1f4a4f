"""Advice as blocks, as JSON and as annotations. Texts of rows are masked."""

from __future__ import annotations

from typing import Any

from curate.diff.show.privacy import masks
from curate.show.blocks import Answer, Block, Code, Heading, Item, Listing, Notice, Table
from curate.text import plain
from train.advise.advise import Advice
from train.advise.case import Case, Evidence
from train.advise.verdict import TUNE

SCHEMA = "assay.advise/1"
# Rows shown as evidence, and characters of a text.
SHOWN, CHARACTERS = 5, 90
# What each question asks, in the words of a reader.
TITLES = {
    "metric": "metric",
    "narrow": "is it one task",
    "changing": "do answers change",
    "facts": "do answers stand in the inputs",
    "misplaced": "do outputs fit their inputs",
    "learnable": "is there something to learn",
    "lookup": "is something looked up",
    "simple": "is it saturated",
    "seen": "are held-out rows seen",
    "noise": "do wrong labels cap the score",
    "resolve": "can the test set tell",
    "pays": "does it pay",
    "growth": "more rows or a bigger model",
}


def blocks(case: Case, advice: Advice, where: str) -> list[Block]:
    """The advice for a terminal or a page."""
    rule = advice.rule
    shown = evidence_rows(case, advice)
    parts: list[Block] = [
        Answer(
            advice.verdict,
            "good" if advice.verdict == TUNE else "note",
            [rule.words, ["next: ", Code(rule.fix)]],
        ),
        Heading(f"What was asked of {case.height:,} rows ({where})"),
        Table(("", "question", "answer"), _lines(advice), kinds={0: "state"}),
    ]
    if shown:
        total = len(advice.evidence)
        rows = [(one["row"], one["why"], one["input"], one["output"]) for one in shown]
        parts += [
            Heading("Rows that show it"),
            Table(("row", "why", "input", "output"), rows, kinds={0: "code"}, left_out=total - len(shown)),
        ]
    notes = [Item(note) for note in _notes(advice)]
    return [*parts, Heading("Besides"), Listing(notes)] if notes else parts


def _lines(advice: Advice) -> list[tuple[str, str, str]]:
    decided = set(advice.rule.shown_by)
    return [
        (">" if name in decided else "", TITLES.get(name, name), signal.said)
        for name, signal in advice.signals.items()
    ]


def _notes(advice: Advice) -> list[str]:
    """What to do beside the verdict."""
    notes = []
    simple = advice.signals["simple"].figures
    target = advice.signals["metric"].figures["taken_for_target"]
    if advice.verdict == TUNE and float(simple.get("words_model", 0.0)) >= target:
        notes.append(
            "A model of words meets the target already: begin with system tfidf_lr, which costs nothing."
        )
    growth = advice.signals.get("growth")
    if growth is not None and growth.figures.get("better"):
        notes.append(
            f"Of {growth.figures['more_rows']} more rows and a bigger model: {growth.figures['better']}."
        )
    if advice.signals["metric"].figures["target"] is None:
        notes.append("No target is named, so one was taken; a task card names it: assay init.")
    return notes


def evidence_rows(case: Case, advice: Advice) -> list[dict[str, str]]:
    """The first rows that show the verdict: `row, why, input, output`, masked."""
    chosen: list[Evidence] = list(dict.fromkeys(advice.evidence))[:SHOWN]
    places = {name: at for at, name in enumerate(case.ids)}
    texts = {
        one.example_id: (case.inputs[places[one.example_id]], case.outputs[places[one.example_id]])
        for one in chosen
    }
    ids = [one.example_id for one in chosen]
    hidden = masks(ids, named=[text for pair in texts.values() for text in pair])
    return [
        {
            "row": plain(hidden.get(one.example_id, one.example_id), 40),
            "why": plain(one.why, 120),
            "input": _shown(texts[one.example_id][0], hidden),
            "output": _shown(texts[one.example_id][1], hidden),
        }
        for one in chosen
    ]


def _shown(text: str, hidden: dict[str, str]) -> str:
    return plain(hidden.get(text, text), CHARACTERS)


def document(case: Case, advice: Advice, where: str) -> dict[str, Any]:
    """JSON-safe."""
    return {
        "schema": SCHEMA,
        "verdict": advice.verdict,
        "rule": advice.rule.name,
        "why": advice.rule.words,
        "fix": advice.rule.fix,
        "rows": case.height,
        "of": where,
        "signals": [
            {
                "name": signal.name,
                "said": signal.said,
                "decided": signal.name in advice.rule.shown_by,
                "rows": len(signal.evidence),
                **dict(signal.figures),
            }
            for signal in advice.signals.values()
        ],
        "evidence": evidence_rows(case, advice),
        "notes": _notes(advice),
    }


def notices(advice: Advice) -> list[Notice]:
    """Annotations: the verdict, and the signals that decided."""
    level = "notice" if advice.verdict == TUNE else "warning"
    said = "; ".join(advice.signals[name].said for name in advice.rule.shown_by if name in advice.signals)
    return [Notice(f"{advice.verdict}: {advice.rule.words}. {said}", "assay advise", level, advice.rule.fix)]  # type: ignore[arg-type]
