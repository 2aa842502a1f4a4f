"""Small inline SVG charts, coloured by the page's CSS classes, readable without script, font or network.

Every chart has a `<title>` for screen readers; every number in one also stands in a table of the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 860
_ROW = 30
_LEFT = 340
_RIGHT = 70


@dataclass(frozen=True)
class Bar:
    """A bar with an interval: values in the axis' unit; `mark` picks its CSS class (`best`, `plain`)."""

    name: str
    value: float
    low: float
    high: float
    mark: str = "plain"


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'class="chart"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, css: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(text)}</text>'


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round tick values that cover [low, high]: steps of 1, 2 or 5 times a power of ten (Heckbert 1990)."""
    if high - low < 1e-6 * max(1.0, abs(high)):  # one value only: an axis of some width around it
        low, high = low - 0.05, high + 0.05
    rough = (high - low) / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.floor(low / step) * step
    count = math.ceil((high - first) / step - 1e-9)
    return [round(first + step * i, 10) for i in range(count + 1)]


def intervals(bars: Sequence[Bar], title: str, target: float | None = None) -> str:
    """Dots with error bars, one row a system; a dashed line at the target. The axis need not begin at
    zero.
    """
    values = [v for bar in bars for v in (bar.low, bar.high)] + ([target] if target is not None else [])
    ticks = nice_ticks(max(0.0, min(values)), min(1.0, max(values)))
    low, high = ticks[0], ticks[-1]
    scale = (WIDTH - _LEFT - _RIGHT) / (high - low)

    def at(value: float) -> float:
        return _LEFT + (value - low) * scale

    height = _ROW * len(bars) + 46
    parts = [
        f'<line x1="{at(t):.1f}" x2="{at(t):.1f}" y1="8" y2="{height - 32}" class="grid"/>'
        + _text(at(t), height - 14, f"{t:g}", "tick", "middle")
        for t in ticks
    ]
    if target is not None:
        parts.append(
            f'<line x1="{at(target):.1f}" x2="{at(target):.1f}" y1="8" y2="{height - 32}" class="target"/>'
        )
    for i, bar in enumerate(bars):
        y = 8 + _ROW * i + _ROW / 2
        parts.append(_text(_LEFT - 12, y + 4, bar.name, "label", "end"))
        parts.append(
            f'<line x1="{at(bar.low):.1f}" x2="{at(bar.high):.1f}" y1="{y}" y2="{y}" class="whisker '
            f'{bar.mark}"/>'
        )
        parts.append(f'<circle cx="{at(bar.value):.1f}" cy="{y}" r="5" class="dot {bar.mark}"/>')
        parts.append(_text(WIDTH - _RIGHT + 10, y + 4, f"{bar.value:.3f}", "value"))
    return _svg(WIDTH, height, title, parts)


def funnel(steps: Sequence[tuple[str, int, int]], title: str) -> str:
    """Rows kept (solid) and dropped (hatched) after each stage: (stage, kept, dropped)."""
    most = max((kept + dropped for _, kept, dropped in steps), default=1) or 1
    scale = (WIDTH - 120 - 150) / most
    parts = []
    for i, (stage, kept, dropped) in enumerate(steps):
        y = 6 + _ROW * i
        parts.append(_text(108, y + 17, stage, "label", "end"))
        parts.append(f'<rect x="120" y="{y}" width="{kept * scale:.1f}" height="22" class="kept"/>')
        parts.append(
            f'<rect x="{120 + kept * scale:.1f}" y="{y}" width="{dropped * scale:.1f}" height="22" '
            f'class="dropped"/>'
        )
        parts.append(
            _text(
                128 + (kept + dropped) * scale,
                y + 16,
                f"{kept:,}" + (f"  −{dropped:,}" if dropped else ""),
                "value",
            )
        )
    return _svg(WIDTH, _ROW * len(steps) + 10, title, parts)


def heat_map(labels: Sequence[str], counts: Sequence[Sequence[int]], title: str) -> str:
    """A confusion matrix: rows are the true label, columns the predicted one; shade is the share of the
    row.
    """
    size = max(6.0, min(52.0, 560 / max(1, len(labels))))
    left, top = 150, 110
    parts = []
    for i, label in enumerate(labels):
        parts.append(_text(left - 8, top + size * (i + 0.5) + 4, label, "label", "end"))
        x, y = left + size * (i + 0.5) + 4, top - 8
        parts.append(
            f'<text x="{x:.1f}" y="{y}" transform="rotate(-55 {x:.1f} {y})" '
            f'class="label">{escape(label)}</text>'
        )
        total = sum(counts[i]) or 1
        for j, count in enumerate(counts[i]):
            share = count / total
            css = "right" if i == j else "wrong"
            parts.append(
                f'<rect x="{left + size * j:.1f}" y="{top + size * i:.1f}" width="{size - 1:.1f}" '
                f'height="{size - 1:.1f}" class="cell"/>'
            )
            if count:
                parts.append(
                    f'<rect x="{left + size * j:.1f}" y="{top + size * i:.1f}" width="{size - 1:.1f}" '
                    f'height="{size - 1:.1f}" class="{css}" opacity="{0.12 + 0.88 * share:.2f}"/>'
                )
                if size >= 22:
                    parts.append(
                        _text(
                            left + size * (j + 0.5),
                            top + size * (i + 0.5) + 4,
                            str(count),
                            "count" + (" inverse" if share > 0.55 else ""),
                            "middle",
                        )
                    )
    return _svg(left + size * len(labels) + 20, top + size * len(labels) + 10, title, parts)


@dataclass(frozen=True)
class Line:
    """A named series of (x, y, low, high)."""

    name: str
    points: Sequence[tuple[float, float, float, float]]


def lines(series: Sequence[Line], title: str, x_name: str, y_name: str) -> str:
    """Line chart with a band between low and high; direct labels at the line's end."""
    height, left, top, bottom, right = 320, 60, 28, 44, 260
    every = [point for line in series for point in line.points]
    xs = nice_ticks(0, max(p[0] for p in every))
    ys = nice_ticks(min(p[2] for p in every), min(1.0, max(p[3] for p in every)))

    def at_x(x: float) -> float:
        return left + (x - xs[0]) / (xs[-1] - xs[0]) * (WIDTH - left - right)

    def at_y(y: float) -> float:
        return top + (ys[-1] - y) / (ys[-1] - ys[0]) * (height - bottom - top)

    parts = [
        f'<line x1="{left}" x2="{WIDTH - right}" y1="{at_y(y):.1f}" y2="{at_y(y):.1f}" class="grid"/>'
        + _text(left - 8, at_y(y) + 4, f"{y:g}", "tick", "end")
        for y in ys
    ]
    parts += [_text(at_x(x), height - bottom + 18, f"{x:,.0f}", "tick", "middle") for x in xs]
    parts += [
        _text((left + WIDTH - right) / 2, height - 6, x_name, "tick", "middle"),
        _text(4, 14, y_name, "tick"),
    ]
    taken: list[float] = []
    for i, line in enumerate(series):
        points = sorted(line.points)
        band = (
            " ".join(f"{at_x(x):.1f},{at_y(h):.1f}" for x, _, _, h in points)
            + " "
            + " ".join(f"{at_x(x):.1f},{at_y(lo):.1f}" for x, _, lo, _ in reversed(points))
        )
        path = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y, _, _ in points)
        parts.append(
            f'<polygon points="{band}" class="band s{i % 6}"/><polyline points="{path}" class="line '
            f's{i % 6}"/>'
        )
        y = at_y(points[-1][1]) + 4
        while any(abs(y - other) < 14 for other in taken):
            y += 14
        taken.append(y)
        parts.append(_text(WIDTH - right + 8, y, line.name, f"label s{i % 6}"))
    return _svg(WIDTH, height, title, parts)


def label_mix(rows: Sequence[tuple[str, Sequence[int]]], splits: Sequence[str], title: str) -> str:
    """Stacked bars: rows of each label, one segment a split."""
    most = max((sum(counts) for _, counts in rows), default=1) or 1
    scale = (WIDTH - 190 - 60) / most
    parts = []
    for i, (label, counts) in enumerate(rows):
        y, x = 4 + 22 * i, 190.0
        parts.append(_text(180, y + 13, label, "label", "end"))
        for j, count in enumerate(counts):
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{count * scale:.1f}" height="17" class="fill '
                f's{j}"><title>{escape(splits[j])}: {count:,}</title></rect>'
            )
            x += count * scale
        parts.append(_text(x + 8, y + 13, f"{sum(counts):,}", "value"))
    return _svg(WIDTH, 22 * len(rows) + 10, title, parts)
