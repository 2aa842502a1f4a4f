"""Approvals in words: what is asked for, what was given, and what has changed since."""

from __future__ import annotations

from collections.abc import Sequence

from curate.show.blocks import Block, Heading, Paragraph, Table
from governance.records.approvals import Approvals, Given, Want


def approval_blocks(found: Approvals) -> Sequence[Block]:
    """What `assay approve --list` draws."""
    blocks: list[Block] = [Paragraph(f"Judged by the policy of {found.policy.where}.")]
    if found.changed_policy:
        blocks.append(Paragraph("The change proposes another policy, which the old one must let pass."))
    if not found.wants:
        blocks.append(Paragraph("The policy asks for no approval."))
    else:
        rows = [
            ("pass" if want.met else "FAIL", want.of, _asked(want), ", ".join(want.by))
            for want in found.wants
        ]
        blocks.append(Table(("", "of", "asked for", "given by"), rows, kinds={0: "state"}))
    if found.given:
        blocks += [
            Heading("In the journal"),
            Table(("record", "of", "by", "role", "at", "standing"), _rows(found)),
        ]
    return blocks


def _rows(found: Approvals) -> list[tuple[str, ...]]:
    newest = sorted(found.given, key=lambda given: (given.at, given.id), reverse=True)
    return [(one.id[:12], one.of, one.who or "?", one.role, one.at, standing_of(one)) for one in newest]


def _asked(want: Want) -> str:
    return f"{want.needed.count} by role {want.needed.role}"


def standing_of(given: Given) -> str:
    """Whether an approval counts, and if not why."""
    if given.who is None:
        return f"does not count: the signature {given.why_not}"
    if given.why_not:
        return f"does not count: {given.why_not}"
    if given.changed:
        more = f" and {len(given.changed) - 3} more" if len(given.changed) > 3 else ""
        return f"stale: {', '.join(given.changed[:3])}{more} changed"
    return "counts"


def approval_message(found: Approvals) -> str:
    """All of it in one line, for a gate."""
    if not found.wants:
        if found.first:
            return "the first policy: nobody could approve it under an older one"
        return f"the policy of {found.policy.where} asks for no approval"
    met = [f"{want.of} by {', '.join(want.by)}" for want in found.wants if want.met]
    lacking = [f"{_asked(want)} of {want.of}, {len(want.by)} given" for want in found.wants if not want.met]
    wanted = {want.of for want in found.wants if not want.met}
    stale = [
        f"{one.who}'s approval of {one.of} is {standing_of(one)}"
        for one in found.given
        if one.of in wanted and one.changed and one.who
    ]
    authors = "; who wrote the change does not count" if lacking and found.authors else ""
    said = [f"asked for and missing: {'; '.join(lacking)}{authors}"] if lacking else []
    return ". ".join([*said, *stale[:3], *([f"approved: {'; '.join(met)}"] if met else [])])
