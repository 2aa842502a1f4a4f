"""One resolved set of findings for a text: no two overlap, and the choice does not depend on who reported
first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple


class Hit(NamedTuple):
    """A match in one text; offsets in characters, end exclusive."""

    start: int
    end: int
    entity: str
    score: float
    detector: str
    verified: bool


def resolve(hits: Iterable[Hit]) -> list[Hit]:
    """The hits that stand, by position.

    Ranked: verified first, then the higher score, the longer, the earlier, then by entity and detector name.
    Each is kept unless it overlaps one ranked before it, so duplicates and contained matches go. O(n log n):
    those kept stand apart, so only the neighbours of a hit can overlap it.
    """
    kept: list[Hit] = []
    starts: list[int] = []
    for hit in sorted(
        hits,
        key=lambda hit: (
            not hit.verified,
            -hit.score,
            hit.start - hit.end,
            hit.start,
            hit.entity,
            hit.detector,
        ),
    ):
        at = bisect_right(starts, hit.start)
        if (at == 0 or kept[at - 1].end <= hit.start) and (at == len(kept) or hit.end <= kept[at].start):
            kept.insert(at, hit)
            starts.insert(at, hit.start)
    return kept


def distinct(results: list[Any]) -> list[Any]:
    """`EntityRecognizer.remove_duplicates`: no score of zero, none within another of its entity that scores
    as much.

    O(n log n) for matches that mostly stand apart.
    """
    kept: list[Any] = []
    near: list[Any] = []
    for one in sorted(results, key=_widest_first):
        if not one.score:
            continue
        near = [other for other in near if other.end >= one.start and other.entity_type == one.entity_type]
        if not any(other.end >= one.end and other.score >= one.score for other in near):
            kept.append(one)
            near.append(one)
    return kept


def _widest_first(one: Any) -> tuple[str, int, int, float]:
    return one.entity_type, one.start, -one.end, -one.score


def beside(hits: list[Hit], names: list[Hit], text: str) -> list[Hit]:
    """Pattern findings with names beside them: where they overlap the pattern stands, and what is left of the
    name if it is a word.

    Parameters
    ----------
    hits, names
        Each without overlaps among themselves, offsets in `text`.
    """
    ends, left = [hit.end for hit in hits], []
    for name in names:
        start, at = name.start, bisect_right(ends, name.start)
        while start < name.end:
            hit = hits[at] if at < len(hits) and hits[at].start < name.end else None
            part = text[start : hit.start if hit else name.end]
            if sum(mark.isalpha() for mark in part) >= (1 if len(part) == name.end - name.start else 2):
                lead = start + len(part) - len(part.lstrip(_EDGES))
                left.append(name._replace(start=lead, end=start + len(part.rstrip(_EDGES))))
            start, at = (hit.end if hit else name.end), at + 1
    return sorted([*hits, *left])


_EDGES = " \t\r\n,.;:/-<>()[]|\"'"
