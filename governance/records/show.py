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
    return [
        (one.id[:12], one.of, one.who or "?", one.role, one.at, standing_of(one))
        for one in newest_first(found.given)
    ]


def newest_first(given: Sequence[Given]) -> list[Given]:
    """By time; of one second by person, since the order of digests would say nothing to a reader."""
    return sorted(given, key=lambda one: (one.at, one.who or "", one.id), reverse=True)


def _asked(want: Want) -> str:
    return f"{want.needed.count} by role {want.needed.role}"


def standing_of(given: Given, *, verb: bool = False) -> str:
    """Whether an approval counts, and if not why; with `verb` as it follows what it speaks of."""
    if given.who is None:
        return f"does not count: the signature {given.why_not}"
    if given.why_not:
        return f"does not count: {given.why_not}"
    if given.changed:
        more = f" and {len(given.changed) - 3} more" if len(given.changed) > 3 else ""
        return ("is " if verb else "") + f"stale: {', '.join(given.changed[:3])}{more} changed"
    return "counts"


def approval_message(found: Approvals) -> str:
    """All of it in one line, for a gate."""
    if not found.wants:
        if found.first:
            return "the first policy: nobody could approve it under an older one"
        return f"the policy of {found.policy.where} asks for no approval"
    met = [
        f"{want.of} by {', '.join(want.by)} ({want.needed.role})"
        for want in found.wants
        if want.met and want.by
    ]
    lacking = [f"{_asked(want)} of {want.of}, {len(want.by)} given" for want in found.wants if not want.met]
    wanted = {want.of for want in found.wants}
    lost: dict[tuple[str, str], str] = {}
    for one in newest_first(found.given):  # of each person and thing the newest says how it stands
        if one.of in wanted and (one.who or not one.changed):
            said = f"{one.who or 'record ' + one.id[:12]}'s approval of {one.of} "
            whole = "" if one.counts else said + standing_of(one, verb=True)
            lost.setdefault((one.who or one.id, one.of), whole)
    stale = [words for words in lost.values() if words]
    said_first = [f"asked for and missing: {'; '.join(lacking)}"] if lacking else []
    more = [f"and {len(stale) - 3} more that do not count"] if len(stale) > 3 else []
    return ". ".join([*said_first, *stale[:3], *more, *([f"approved: {'; '.join(met)}"] if met else [])])
