"""One resolved set of findings for a text: no two overlap, and the choice does not depend on who reported first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


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

    Ranked: verified first, then the higher score, the longer, the earlier, then by entity and detector name. Each is kept
    unless it overlaps one ranked before it, so duplicates and contained matches go. O(n log n + n k) for k kept.
    """
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (not hit.verified, -hit.score, hit.start - hit.end, hit.start, hit.entity, hit.detector)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept)
