"""A room that only reads: sign-off (approvals, gates, checklist).

The same documents as `assay approve --list`, `assay check` and `assay review-checklist`, as markup. Nothing
is signed here: a signature needs the signer's own key, which a page should not reach; the command to sign
with is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from curate.errors import AssayError
from curate.show.blocks import Block, Heading, Notice, Paragraph, Table
from curate.text import plain
from governance.desk.app import Desk, Form, Handler
from governance.desk.diff_pages import room_of


def sign_off(desk: Desk, request: Request, _: Form) -> Response:
    """Approvals and what is stale in them; gates and the checklist where they are asked for."""
    base = request.query_params.get("base", "")
    with_gates = request.query_params.get("gates") == "yes"
    blocks = [*_tried("Approvals", lambda: _approvals(desk, base))]
    if with_gates:
        blocks += _tried("Gates", lambda: _gates(desk, base))
    if base:
        blocks += _tried("Checklist", lambda: _checklist(desk, base))
    return desk.draw("sign_off", "Sign-off", body=_markup(blocks), base=base, with_gates=with_gates)


HANDLERS: list[tuple[str, str, Handler]] = [("GET", "/sign-off", sign_off)]


def _markup(blocks: Sequence[Block]) -> Markup:
    """Blocks as markup: made by the one place that makes it, which escapes every text."""
    from curate.show.html import blocks_html

    return Markup(blocks_html(blocks))


def _tried(title: str, make: Callable[[], Sequence[Block]]) -> list[Block]:
    head: list[Block] = [Heading(title)] if title else []
    try:
        return [*head, *make()]
    except AssayError as error:
        return [*head, Notice(error.problem, "", "error", error.fix)]


def _approvals(desk: Desk, base: str) -> Sequence[Block]:
    from governance.records.approvals import standing
    from governance.records.show import approval_blocks

    found = standing(desk.project, room_of(desk).revision(base) if base else None)
    how = "To sign, in a terminal: assay approve" + (f" --base {plain(base)}" if base else "")
    return [*approval_blocks(found), Paragraph(how)]


def _gates(desk: Desk, base: str) -> Sequence[Block]:
    from governance.gate import judge

    gates = judge(desk.project, date.today(), room_of(desk).revision(base) if base else None)
    rows = [(gate.state, gate.name, gate.message, gate.fix if gate.failed else "") for gate in gates]
    return [Table(("", "gate", "what was seen", "to fix it"), rows, kinds={0: "state"})]


def _checklist(desk: Desk, base: str) -> Sequence[Block]:
    from curate.diff.show.checklist import checklist, checklist_document

    found = room_of(desk).compared(base, "")
    document = checklist_document(found, checklist(found))
    return [Paragraph(document.subtitle), *document.blocks[1:]]
