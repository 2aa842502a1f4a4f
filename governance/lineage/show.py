"""Lineage drawn: a table for a terminal, and one page with the graph."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from curate.show.blocks import Block, Chart, Document, Paragraph, Table
from curate.text import plain, plural
from governance.lineage.trace import Kind, Node, Trace

_COLUMNS: tuple[Kind, ...] = ("row", "version", "model", "report")
_WIDE, _HIGH, _GAP = 190, 34, 60


def as_document(found: Trace) -> Document:
    """The page: the graph, then the tables."""
    return Document(f"Lineage of {plain(found.asked)}", [*_chart(found), *blocks_of(found)], kind="lineage")


def blocks_of(found: Trace) -> Sequence[Block]:
    """What a terminal shows."""
    comes = {node.name: [one for one, other in found.links if other == node.name] for node in found.nodes}
    rows = [(node.kind, node.name, node.words, ", ".join(comes[node.name])) for node in _sorted(found)]
    blocks: list[Block] = [Table(("", "name", "", "from"), rows)]
    if found.absent:
        blocks.append(
            Paragraph(
                f"Not looked into, since DVC's cache lacks them: {found.absent} versions (dvc "
                f"fetch --all-commits)."
            )
        )
    return blocks


def _sorted(found: Trace) -> list[Node]:
    return sorted(found.nodes, key=lambda node: _COLUMNS.index(node.kind))


def _chart(found: Trace) -> list[Block]:
    """Boxes in a column a kind, and a line from what a thing was made of."""
    if not found.links:
        return []
    kinds = [kind for kind in _COLUMNS if any(node.kind == kind for node in found.nodes)]
    at: dict[str, tuple[int, int]] = {}
    for column, kind in enumerate(kinds):
        for place, node in enumerate(node for node in found.nodes if node.kind == kind):
            at[node.name] = (column * (_WIDE + _GAP), 24 + place * (_HIGH + 12))
    width = max(len(_COLUMNS), len(kinds)) * (_WIDE + _GAP) - _GAP + 2
    height = max(y for _, y in at.values()) + _HIGH + 8
    heads = [
        f'<text x="{column * (_WIDE + _GAP)}" y="14" fill="currentColor" font-size="12">{kind}s</text>'
        for column, kind in enumerate(kinds)
    ]
    lines = [_line(at[one], at[other]) for one, other in found.links]
    boxes = [_box(name, *place) for name, place in at.items()]
    svg = (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(found.asked, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(heads + lines + boxes)}</svg>'
    )
    links = plural(len(found.links), "link")
    description = f"{plural(len(found.nodes), 'thing')}, {links}; the table below says the same."
    return [Chart(svg, description=description)]


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x, y), (u, v) = (start[0] + _WIDE, start[1] + _HIGH // 2), (end[0], end[1] + _HIGH // 2)
    middle = (x + u) // 2
    return (
        f'<path d="M{x} {y} C{middle} {y} {middle} {v} {u} {v}" fill="none" stroke="currentColor" '
        f'opacity="0.5"/>'
    )


def _box(name: str, x: int, y: int) -> str:
    shown = escape(plain(name, 26))
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="4" fill="none" stroke="currentColor"/>'
        f'<text x="{x + 10}" y="{y + 22}" fill="currentColor" font-size="13">{shown}</text>'
    )
