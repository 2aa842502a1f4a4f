"""Rooms that only read: sign-off (approvals, gates, checklist) and the difference of two versions.

The same documents as `assay approve --list`, `assay check`, `assay review-checklist` and `assay diff`, as
markup. Nothing is signed here: a signature needs the signer's own key, which a page should not reach; the
command to sign with is shown. A version is a git revision, never a path, so that no page can read a file of
its choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from curate.errors import AssayError
from curate.show.blocks import Block, Heading, Notice, Paragraph, Table
from curate.text import plain
from curate.versions.revisions import Revision, revision
from governance.desk.app import Desk, Form, Handler

if TYPE_CHECKING:
    from curate.diff import Difference

# Changes shown of each kind.
SAMPLES = 25
REVISION_CHARACTERS = 200


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


def difference(desk: Desk, request: Request, _: Form) -> Response:
    """What changed between two versions, and why."""
    before, after = (request.query_params.get(name, "") for name in ("before", "after"))
    blocks = _tried("", lambda: _difference(desk, before, after)) if before else []
    return desk.draw("diff", "Difference", body=_markup(blocks), before=before, after=after)


HANDLERS: list[tuple[str, str, Handler]] = [
    ("GET", "/sign-off", sign_off),
    ("GET", "/diff", difference),
]


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

    found = standing(desk.project, _revision(desk, base) if base else None)
    how = "To sign, in a terminal: assay approve" + (f" --base {plain(base)}" if base else "")
    return [*approval_blocks(found), Paragraph(how)]


def _gates(desk: Desk, base: str) -> Sequence[Block]:
    from governance.gate import judge

    gates = judge(desk.project, date.today(), _revision(desk, base) if base else None)
    rows = [(gate.state, gate.name, gate.message, gate.fix if gate.failed else "") for gate in gates]
    return [Table(("", "gate", "what was seen", "to fix it"), rows, kinds={0: "state"})]


def _checklist(desk: Desk, base: str) -> Sequence[Block]:
    from curate.diff.show.checklist import checklist, checklist_document

    found = _compared(desk, base, "")
    document = checklist_document(found, checklist(found))
    return [Paragraph(document.subtitle), *document.blocks[1:]]


def _difference(desk: Desk, before: str, after: str) -> Sequence[Block]:
    from curate.diff.show.document import as_document

    return as_document(_compared(desk, before, after), samples=SAMPLES, show_values=True).blocks


def _compared(desk: Desk, before: str, after: str) -> Difference:
    from curate.diff import compare, open_both

    old = _revision(desk, before)
    new = _revision(desk, after) if after else None
    return compare(*open_both(old.commit, new.commit if new else None))


def _revision(desk: Desk, name: str) -> Revision:
    """The commit that somebody typed the name of."""
    sound = 0 < len(name) <= REVISION_CHARACTERS and "\0" not in name
    found = revision(desk.project.root, name) if sound else None
    if found is None:
        raise AssayError(f"git knows no revision {plain(name)}", fix="git branch -a   lists what there is")
    return found
