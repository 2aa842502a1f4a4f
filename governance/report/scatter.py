"""A map of points as inline SVG: each can be pointed at, and its `<title>` is what the browser shows; no
script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from governance.report.charts import WIDTH

_HEIGHT, _EDGE = 380, 12


@dataclass(frozen=True)
class Mark:
    """A point with what is shown of it; `colour` is a series of the page's style, None a ring."""

    x: float
    y: float
    shown: str
    colour: int | None


def scatter(marks: Sequence[Mark], title: str) -> str:
    """The map, rings above points; its axes have no unit and are left out."""
    xs, ys = [mark.x for mark in marks], [mark.y for mark in marks]
    across = (WIDTH - 2 * _EDGE) / ((max(xs) - min(xs)) or 1)
    down = (_HEIGHT - 2 * _EDGE) / ((max(ys) - min(ys)) or 1)
    drawn = sorted(marks, key=lambda mark: mark.colour is None)
    parts = []
    for mark in drawn:
        at = f'cx="{_EDGE + (mark.x - min(xs)) * across:.1f}" cy="{_EDGE + (max(ys) - mark.y) * down:.1f}"'
        if mark.colour is None:
            look = 'r="4" fill="none" stroke="currentColor" pointer-events="all"'
        else:
            look = f'r="3.5" class="s{mark.colour}" fill-opacity="0.75"'
        parts.append(f"<circle {at} {look}><title>{escape(mark.shown)}</title></circle>")
    words = f"{len(marks):,} points"
    return (
        f'<svg viewBox="0 0 {WIDTH} {_HEIGHT}" role="img" class="chart"><title>{escape(title)}</title>'
        f"<desc>{words}</desc>{''.join(parts)}</svg>"
    )
