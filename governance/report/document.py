"""The report as a document: its head, its answer, and sections of blocks under anchors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from curate.show.blocks import Answer, Block, Code, Document, Heading, Paragraph
from curate.task import TaskCard


@dataclass(frozen=True)
class Section:
    """A titled part of the report; without parts it is left out."""

    anchor: str
    title: str
    parts: Sequence[Block]


def as_document(
    task: TaskCard, version: str, rows_line: str, answer: Answer, sections: Sequence[Section]
) -> Document:
    """The whole report in the blocks that every face draws."""
    blocks: list[Block] = [Paragraph(task.behaviour), answer]
    for section in sections:
        if section.parts:
            blocks += [Heading(section.title, anchor=section.anchor), *section.parts]
    subtitle: list[str | Code] = [f"{task.kind} · gold version ", Code(version), f" · {rows_line}"]
    return Document(task.name, blocks, subtitle, "assay report")
