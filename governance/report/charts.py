"""Small inline SVG charts, coloured by the page's CSS classes, readable without script, font or network.

Every chart has a `<title>` for screen readers; every number in one also stands in a table of the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# Narrow, so that the letters stay readable on a phone; names stand above what they name, never beside it.
WIDTH = 460
_ROW = 30
# Mean width of a letter of 14 px, wide ones included.
_LETTER = 7.9


@dataclass(frozen=True)
class Bar:
    """A bar with an interval: values in the axis' unit; `mark` picks its CSS class (`best`, `plain`)."""

    name: str
    value: float
    low: float
    high: float
    mark: str = "plain"


def _svg(width: float, height: float, title: str, parts: Sequence[str], description: str = "") -> str:
    """The drawing with its title and, for those who cannot see it, its figures in words."""
    words = f"<desc>{escape(description)}</desc>" if description else ""
    css = "chart broad" if width > WIDTH else "chart"
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'class="{css}"><title>{escape(title)}</title>{words}{"".join(parts)}</svg>'
    )


def _fitted(text: str, width: float) -> str:
    """`text` cut with an ellipsis where it would be wider than `width`."""
    most = max(4, int(width / _LETTER))
    return text if len(text) <= most else text[: most - 1] + "…"


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
    """Dots with error bars, one row a system, its name above; a dashed line at the target. The axis holds
    every whisker and need not begin at zero.
    """
    values = [v for bar in bars for v in (bar.low, bar.value, bar.high)]
    values += [target] if target is not None else []
    ticks = nice_ticks(min(values), max(values))
    low, high = ticks[0], ticks[-1]
    if max(values) <= 1.0 < high:  # a share: no axis beyond 1, but room for a dot there
        ticks, high = [tick for tick in ticks if tick <= 1.0], 1.0
    if min(values) >= 0.0 > low:
        ticks, low = [tick for tick in ticks if tick >= 0.0], 0.0
    left, right, row = 20, 64, 46
    scale = (WIDTH - left - right) / ((high - low) or 1.0)

    def at(value: float) -> float:
        return left + (value - low) * scale

    height = row * len(bars) + 40
    bottom = height - 30
    parts = [
        f'<line x1="{at(t):.1f}" x2="{at(t):.1f}" y1="4" y2="{bottom}" class="grid"/>'
        + _text(at(t), height - 12, f"{t:g}", "tick", "middle")
        for t in ticks
    ]
    if target is not None:
        parts.append(
            f'<line x1="{at(target):.1f}" x2="{at(target):.1f}" y1="4" y2="{bottom}" class="target"/>'
        )
    for i, bar in enumerate(bars):
        y = row * i + 34
        parts.append(_text(left, y - 14, _fitted(bar.name, WIDTH - left - 8), "label"))
        parts.append(
            f'<line x1="{at(bar.low):.1f}" x2="{at(bar.high):.1f}" y1="{y}" y2="{y}" class="whisker '
            f'{bar.mark}"/>'
        )
        parts.append(f'<circle cx="{at(bar.value):.1f}" cy="{y}" r="5" class="dot {bar.mark}"/>')
        parts.append(_text(WIDTH - right + 12, y + 4, f"{bar.value:.3f}", "value"))
    words = "; ".join(f"{bar.name} {bar.value:.3f}, from {bar.low:.3f} to {bar.high:.3f}" for bar in bars)
    aim = f"; target {target:g}" if target is not None else ""
    return _svg(WIDTH, height, title, parts, words + aim)


def funnel(steps: Sequence[tuple[str, int, int]], title: str) -> str:
    """Rows kept (solid) and dropped (lighter) after each stage: (stage, kept, dropped)."""
    most = max((kept + dropped for _, kept, dropped in steps), default=1) or 1
    left, right = 76, 118
    scale = (WIDTH - left - right) / most
    parts = []
    for i, (stage, kept, dropped) in enumerate(steps):
        y = 6 + _ROW * i
        parts.append(_text(left - 8, y + 16, stage, "label", "end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{kept * scale:.1f}" height="22" class="kept"/>')
        parts.append(
            f'<rect x="{left + kept * scale:.1f}" y="{y}" width="{dropped * scale:.1f}" height="22" '
            f'class="dropped"/>'
        )
        parts.append(
            _text(
                left + 8 + (kept + dropped) * scale,
                y + 16,
                f"{kept:,}" + (f"  −{dropped:,}" if dropped else ""),
                "value",
            )
        )
    words = "; ".join(f"{stage} kept {kept:,} and dropped {dropped:,}" for stage, kept, dropped in steps)
    return _svg(WIDTH, _ROW * len(steps) + 10, title, parts, words)


def heat_map(labels: Sequence[str], counts: Sequence[Sequence[int]], title: str) -> str:
    """A confusion matrix: rows are the true label, columns the predicted one; shade is the share of the
    row.
    """
    size = max(14.0, min(46.0, 560 / max(1, len(labels))))
    longest = max((len(label) for label in labels), default=1) * _LETTER
    # Rows have their label beside them, columns theirs at 55 degrees above: room for the longest of both.
    left, top = longest + 14, longest * math.sin(math.radians(55)) + 22
    spill = longest * math.cos(math.radians(55))
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
    right = sum(counts[i][i] for i in range(len(labels)))
    words = f"{right:,} of {sum(map(sum, counts)):,} rows on the diagonal, where answer and true label agree"
    return _svg(left + size * len(labels) + spill, top + size * len(labels) + 10, title, parts, words)


@dataclass(frozen=True)
class Line:
    """A named series of (x, y, low, high)."""

    name: str
    points: Sequence[tuple[float, float, float, float]]


def lines(series: Sequence[Line], title: str, x_name: str, y_name: str, *, at: float | None = None) -> str:
    """Line chart with a band between low and high; the names stand in the key below, in the lines'
    colours. A dashed line stands at x = `at`.
    """
    height, left, top, bottom, right = 320, 52, 28, 44, 16
    every = [point for line in series for point in line.points]
    xs = nice_ticks(0, max(p[0] for p in every))
    if all(p[0] == int(p[0]) for p in every):  # counts: no tick between two of them
        xs = [x for x in xs if x == int(x)]
    ys = nice_ticks(min(p[2] for p in every), max(p[3] for p in every))

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
    if at is not None:
        across = f'x1="{at_x(at):.1f}" x2="{at_x(at):.1f}"'
        parts.append(f'<line {across} y1="{top}" y2="{height - bottom}" class="target"/>')
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
        parts += [
            f'<circle cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="3" class="s{i % 6}"/>' for x, y, _, _ in points
        ]
    words = "; ".join(
        f"{line.name} from {min(line.points)[1]:.3f} at {min(line.points)[0]:,.0f} to "
        f"{max(line.points)[1]:.3f} at "
        f"{max(line.points)[0]:,.0f}"
        for line in series
    )
    return _svg(WIDTH, height, title, parts, words)


def label_mix(rows: Sequence[tuple[str, Sequence[int]]], splits: Sequence[str], title: str) -> str:
    """Stacked bars: rows of each label, one segment a split."""
    most = max((sum(counts) for _, counts in rows), default=1) or 1
    left = min(240.0, max((len(label) for label, _ in rows), default=1) * _LETTER + 18)
    scale = (WIDTH - left - 60) / most
    parts = []
    for i, (label, counts) in enumerate(rows):
        y, x = 4 + 22 * i, left
        parts.append(_text(left - 10, y + 13, _fitted(label, left - 14), "label", "end"))
        for j, count in enumerate(counts):
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{count * scale:.1f}" height="17" class="fill '
                f's{j}"><title>{escape(splits[j])}: {count:,}</title></rect>'
            )
            x += count * scale
        parts.append(_text(x + 8, y + 13, f"{sum(counts):,}", "value"))
    words = "; ".join(f"{label} {sum(counts):,}" for label, counts in rows)
    return _svg(WIDTH, 22 * len(rows) + 10, title, parts, words)
