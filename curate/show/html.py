"""A document as one self-contained HTML page: one base page, one style sheet, nothing loaded from anywhere.

The Content Security Policy allows the page's own style and script by their digests alone, so no text of a
data set could run even if it became markup, which it cannot: `_text` is the only way into the page.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from curate.show.blocks import (
    DELETED,
    INSERTED,
    STATES,
    Answer,
    Block,
    Chart,
    Document,
    Figures,
    Heading,
    Inline,
    Kind,
    Listing,
    Notice,
    Paragraph,
    Table,
    drawn,
)
from curate.text import plain

# Characters of a cell or sentence: what a page shows without growing by the size of a row.
CELL = 4_000
_HERE = Path(__file__).parent
# A list of sections is worth its place from so many on.
_NAVIGATION = 3
_TAGS = str.maketrans(dict(zip((*DELETED, *INSERTED), ("<del>", "</del>", "<ins>", "</ins>"), strict=True)))


def as_html(document: Document) -> str:
    """The whole page."""
    anchors = [
        block for block in document.blocks if isinstance(block, Heading) and block.anchor and block.level == 2
    ]
    first = next(
        (at for at, block in enumerate(document.blocks) if isinstance(block, Heading)),
        len(document.blocks),
    )
    body = [
        title_html(document),
        blocks_html(document.blocks[:first]),
        _navigation(anchors) if len(anchors) >= _NAVIGATION else "",
        blocks_html(document.blocks[first:]),
    ]
    title = f"{document.title} · {document.kind}" if document.kind else document.title
    return page("\n".join(part for part in body if part), title=title)


def title_html(document: Document) -> str:
    """The document's title and what stands under it."""
    under = f'\n<p class="soft">{_inline(document.subtitle)}</p>' if document.subtitle else ""
    return f"<h1>{_text(document.title)}</h1>{under}"


def page(body: str, *, title: str, style: str = "", script: str = "", data: str = "") -> str:
    """The base page around a body that is markup already.

    Parameters
    ----------
    title
        Raw text for the browser's tab.
    style
        Style beside the shared sheet.
    script
        The page's own script; none is allowed besides.
    data
        What the script reads from the element `data`: JSON by `script_json`.
    """
    sheet = _file("style.css") + style
    policy = f"default-src 'none'; style-src '{_digest(sheet)}'; "
    policy += f"script-src '{_digest(script)}'; " if script else ""
    scripts = ""
    if script:
        scripts = f'<script type="application/json" id="data">{data}</script>\n<script>{script}</script>\n'
    # One pass, so that nothing which a part holds is taken for another's place.
    parts = {
        "POLICY": f"{policy}base-uri 'none'; form-action 'none'",
        "TITLE": _text(title),
        "STYLE": sheet,
        "BODY": body,
        "SCRIPT": scripts,
    }
    pieces = _file("page.html").split("@")
    # Every other piece is the name of a part.
    pieces[1::2] = [parts[name] for name in pieces[1::2]]
    return "".join(pieces)


def blocks_html(blocks: Sequence[Block], *, under: str = "") -> str:
    """The blocks as markup; a table without a caption has that of the heading it stands under.

    Parameters
    ----------
    under
        The heading before the blocks.
    """
    drawn = []
    for block in blocks:
        if isinstance(block, Heading):
            under = block.text
        elif isinstance(block, Table) and not block.caption:
            block = replace(block, caption=under)
        drawn.append(_block(block))
    return "\n".join(drawn)


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        anchor = f' id="{_text(block.anchor)}"' if block.anchor else ""
        return f"<h{block.level}{anchor}>{_text(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        tone = f' class="{block.tone}"' if block.tone != "plain" else ""
        return f"<p{tone}>{_inline(block.text)}</p>"
    if isinstance(block, Answer):
        label = f'<span class="soft">{_text(block.label)}</span>' if block.label else ""
        reasons = "".join(f"<li>{_inline(reason)}</li>" for reason in block.reasons)
        reasons = f"<ul>{reasons}</ul>" if reasons else ""
        return f'<div class="answer {block.tone}">{label}<b>{_text(block.title)}</b>{reasons}</div>'
    if isinstance(block, Notice):
        title = f"<b>{_text(block.title)}</b>: " if block.title else ""
        fix = f" Fix: <code>{_text(block.fix)}</code>" if block.fix else ""
        return f'<p class="notice {block.level}">{title}{_text(block.text)}{fix}</p>'
    if isinstance(block, Figures):
        tiles = [
            f'<div class="tile {one.tone}"><b>{_text(one.value)}</b><span>{_text(one.words)}</span></div>'
            for one in block.items
        ]
        return f'<div class="tiles">{"".join(tiles)}</div>'
    if isinstance(block, Listing):
        box = "☐ " if block.tasks else ""
        items = [
            f"<li>{box}{f'<code>{_text(item.code)}</code> ' if item.code else ''}{_inline(item.text)}</li>"
            for item in block.items
        ]
        return f"<ul{_class('tasks' if block.tasks else '')}>{''.join(items)}</ul>"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Chart):
        return _chart(block)
    inside = blocks_html(block.blocks, under=block.summary)
    return f"<details><summary>{_text(block.summary)}</summary>{inside}</details>"


def _table(table: Table) -> str:
    kinds = [table.kind(column_at) for column_at in range(len(table.columns))]
    head = "".join(_head(column, kind) for column, kind in zip(table.columns, kinds, strict=True))
    body = "\n".join(
        f"<tr{_class(_emphasis(table, at))}>"
        + "".join(_cell(cell, kind, place) for place, (cell, kind) in enumerate(zip(row, kinds, strict=True)))
        + "</tr>"
        for at, row in enumerate(table.rows)
    )
    caption = f'<caption class="unseen">{_text(table.caption)}</caption>' if table.caption else ""
    more = f'<p class="soft">… and {table.left_out:,} more</p>' if table.left_out else ""
    note = f'<p class="soft">{_text(table.note)}</p>' if table.note else ""
    return (
        f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>{more}{note}"
    )


def _cell(text: str, kind: Kind, place: int) -> str:
    if place == 0 and kind == "text":  # what the row is about
        return f'<th scope="row">{_text(text)}</th>'
    if kind == "number":
        # An interval stays on one line.
        whole = _text(text).replace(", ", ",\u00a0")
        return f'<td class="{"n zero" if text == "0" else "n"}">{whole}</td>'
    if kind == "edit":
        return f"<td>{_text(text).translate(_TAGS)}</td>"
    if kind == "code":
        return f"<td><code>{_text(text)}</code></td>" if text else "<td></td>"
    return f"<td{_class(STATES.get(text, '') if kind == 'state' else '')}>{_text(text)}</td>"


def _head(column: str, kind: str) -> str:
    if not column:
        return "<td></td>"  # a head without a name is read aloud as nothing (axe: empty-table-header)
    return f'<th scope="col"{_class("n" if kind == "number" else "")}>{_text(column)}</th>'


def _emphasis(table: Table, at: int) -> str:
    """The class of row `at`."""
    if at in table.bad:
        return "bad"
    return "strong" if at in table.strong else ""


def _chart(chart: Chart) -> str:
    key = "".join(f'<span><i class="s{at}"></i>{_text(name)}</span>' for at, name in enumerate(chart.key))
    words = f'<p class="soft">{_text(chart.description)}</p>' if chart.description else ""
    # Wider than a phone's screen it scrolls, for its letters must stay readable.
    svg = f'<div class="wide" tabindex="0">{chart.svg}</div>'
    return svg + (f'<p class="key">{key}</p>' if key else "") + words


def _navigation(headings: Sequence[Heading]) -> str:
    links = [f'<a href="#{_text(one.anchor)}">{_text(one.text)}</a>' for one in headings]
    return f'<nav aria-label="Sections">{"".join(links)}</nav>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _text(text: str) -> str:
    """Raw text as it may stand in markup and in a quoted attribute."""
    return html.escape(plain(text, CELL), quote=True)


def _inline(text: Inline) -> str:
    return drawn(text, _text, lambda code: f"<code>{_text(code)}</code>")


@cache
def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
