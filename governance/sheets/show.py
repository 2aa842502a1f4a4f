"""A sheet as blocks that every face draws, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from curate.show.blocks import Block, Code, Document, Heading, Item, Listing, Paragraph, Table
from curate.task import BLANK
from curate.text import plural
from governance.sheets.evidence import ROWS
from governance.sheets.sheet import Fact, Risk, Section, Sheet, Value

SCHEMA = "assay.sheet/1"
# Digits of a digest beside a fact; the whole ones stand in the list of evidence.
_SHORT = 8
# Signs of a list that stands in one cell; Markdown cuts a cell that is much longer.
_CELL = 240
NOT_A_CLAIM = (
    "Facts with their evidence, not advice and not a claim of compliance. A ? is for a person to fill in. "
    "Laws are cited by the date given, and what was amended since is not followed here."
)


def as_document(sheet: Sheet) -> Document:
    """The page."""
    blocks: list[Block] = [Paragraph(NOT_A_CLAIM, "soft"), Paragraph(_count(sheet))]
    for number, section in enumerate(sheet.sections):
        blocks += [Heading(section.title, anchor=f"s{number + 1}"), _table(section, sheet)]
    if sheet.risks:
        blocks += [Heading("Risks, mitigations, what is left", anchor="risks"), _risks(sheet)]
    blocks += [Heading("Evidence", anchor="evidence"), _evidence(sheet), Heading("Sources", anchor="sources")]
    blocks.append(Listing([Item(f"{one.title} ({one.date})") for one in sheet.citations]))
    subtitle: Sequence[str | Code] = [f"{sheet.task} · gold version ", Code(sheet.version)]
    return Document(sheet.title, blocks, subtitle, "assay records")


def document_of(sheet: Sheet) -> dict[str, Any]:
    """JSON-safe; every fact with the SHA-256 of the files that say so."""
    return {
        "schema": SCHEMA,
        "sheet": sheet.name,
        "title": sheet.title,
        "task": sheet.task,
        "gold": sheet.version,
        "not_a_claim": NOT_A_CLAIM,
        "sections": [
            {"title": section.title, "facts": [_fact(fact, sheet) for fact in section.facts]}
            for section in sheet.sections
        ],
        "risks": [_risk(risk, sheet) for risk in sheet.risks],
        "blank": len(sheet.blanks),
        "sources": [{"title": one.title, "date": one.date} for one in sheet.citations],
    }


def _fact(fact: Fact, sheet: Sheet) -> dict[str, Any]:
    value = BLANK if fact.blank else fact.value
    return {
        "place": fact.place,
        "label": fact.label,
        "value": value if isinstance(value, str | int | float) else list(value),
        "evidence": {path: sheet.digests[path] for path in fact.of},
    }


def _risk(risk: Risk, sheet: Sheet) -> dict[str, Any]:
    return {
        "risk": risk.name,
        "measured": risk.measured,
        "mitigation": risk.mitigation,
        "residual": risk.residual,
        "likelihood": BLANK,
        "severity": BLANK,
        "accepted": BLANK,
        "evidence": {path: sheet.digests[path] for path in risk.of},
    }


def _count(sheet: Sheet) -> str:
    facts = sum(len(section.facts) for section in sheet.sections)
    judged = 3 * len(sheet.risks)
    more = f", and {judged} judgements on risks" if judged else ""
    return f"{plural(facts, 'field')}, {len(sheet.blanks)} of them for a person to fill in (?){more}."


def _table(section: Section, sheet: Sheet) -> Table:
    rows = [row for fact in section.facts for row in _rows(fact, sheet)]
    return Table(("where", "what", "fact", "from"), rows, kinds={0: "code"}, caption=section.title)


def _rows(fact: Fact, sheet: Sheet) -> list[tuple[str, str, str, str]]:
    """A fact in a row; a list that no cell would show whole, a row an item."""
    words, of = _words(fact), _of(fact.of, sheet)
    if isinstance(fact.value, str | int | float) or len(words) <= _CELL:
        return [(fact.place, fact.label, words, of)]
    first, *others = fact.value
    return [(fact.place, fact.label, first, of), *(("", "", item, "") for item in others)]


def _risks(sheet: Sheet) -> Table:
    columns = ("risk", "measured", "mitigation", "what is left", "likely, severe, accepted", "from")
    rows = [
        (one.name, one.measured, one.mitigation, one.residual, "? ? ?", _of(one.of, sheet))
        for one in sheet.risks
    ]
    return Table(columns, rows, caption="Risks")


def _evidence(sheet: Sheet) -> Table:
    used = {path for section in sheet.sections for fact in section.facts for path in fact.of}
    used |= {path for risk in sheet.risks for path in risk.of}
    rows = [(path, sheet.digests[path]) for path in sorted(used)]
    return Table(("file", "SHA-256"), rows, kinds={1: "code"}, caption="Evidence")


def _of(paths: Sequence[str], sheet: Sheet) -> str:
    """Files that say so, with the beginning of each digest; the three splits as one."""
    whole = set(ROWS) <= set(paths)
    named = [f"{path}@{sheet.digests[path][:_SHORT]}" for path in paths if not (whole and path in ROWS)]
    return ", ".join([*(["gold/*.parquet"] if whole else []), *named])


def _words(fact: Fact) -> str:
    return BLANK if fact.blank else _said(fact.value)


def _said(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return f"{value:,}"
    return "; ".join(value)
