"""The drawings of a look's page; every figure in one stands in a table too."""

from __future__ import annotations

from collections.abc import Sequence

from curate.show.blocks import Chart
from curate.text import plain
from governance.monitor.history import MILLION
from governance.monitor.moved import Topic
from governance.records.kinds import Monitoring
from governance.report.charts import Line, label_mix, lines

# Columns whose size is drawn over the looks, the first that each look has: an AUC, 0.5 where nothing moved.
DRAWN = ("meaning", "words")


def topics_chart(topics: Sequence[Topic]) -> Chart:
    """How large each new topic is."""
    rows = [(plain(topic.name, 40), (round(topic.share * 1000),)) for topic in topics]
    drawing = label_mix(rows, ("live, per thousand",), "Share of live rows of each topic, per thousand")
    return Chart(drawing, description="Live rows of each topic, per thousand.")


def shares_chart(shares: Sequence[tuple[str, float, float]], title: str) -> Chart:
    """Shares of gold beside those of the live rows, in thousandths."""
    rows = [
        (plain(value, 40), (round(before * 1000), round(after * 1000))) for value, before, after in shares
    ]
    drawing = label_mix(rows, ("gold, per thousand", "live, per thousand"), f"{title}: gold and live rows")
    return Chart(drawing, key=("gold, per thousand", "live, per thousand"))


def trend_chart(looks: Sequence[Monitoring]) -> Chart | None:
    """How far live rows were from gold at each look, and the share of right answers."""
    series = []
    for name in DRAWN:
        points = [
            (float(at), size, size, size)
            for at, look in enumerate(looks, 1)
            if (size := _size(look, name)) is not None
        ]
        if len(points) > 1:
            series.append(Line(f"{name} (AUC)", points))
    for title, of in (("estimated right", "estimated"), ("measured right", "measured")):
        told = [(at, getattr(look, of)) for at, look in enumerate(looks, 1)]
        points = [
            (float(at), share[1] / MILLION, share[0] / MILLION, share[2] / MILLION)
            for at, share in told
            if share
        ]
        if len(points) > 1:
            series.append(Line(title, points))
    if not series:
        return None
    drawing = lines(series, "Looks over time", "look", "AUC, or share of right answers")
    return Chart(
        drawing, key=[line.name for line in series], description="Every recorded look, oldest first."
    )


def _size(look: Monitoring, name: str) -> float | None:
    return next((column.size / MILLION for column in look.columns if column.name == name), None)
