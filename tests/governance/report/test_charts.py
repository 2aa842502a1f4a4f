import itertools
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from governance.report import charts

FRACTION = st.floats(0, 1)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_cover_the_range_with_few_round_steps(low: float, width: float) -> None:
    high = low + width
    ticks = charts.nice_ticks(low, high)
    rounding = 1e-6 * max(1, abs(low), abs(high))
    assert ticks[0] <= low + rounding and ticks[-1] >= high - rounding
    assert 2 <= len(ticks) <= 13
    assert ticks == sorted(ticks)


@given(
    st.lists(st.tuples(st.text(max_size=8), FRACTION, FRACTION, FRACTION), min_size=1, max_size=6),
    st.none() | FRACTION,
)
def test_interval_charts_are_well_formed_whatever_the_names(
    rows: list[tuple[str, float, float, float]], target: float | None
) -> None:
    names = ["".join(c for c in name if c.isprintable()) for name, *_ in rows]
    bars = [charts.Bar(name, *sorted(values)) for name, (_, *values) in zip(names, rows, strict=True)]
    bars = [charts.Bar(bar.name, bar.low, bar.value, bar.high) for bar in bars]
    picture = ET.fromstring(charts.intervals(bars, "<&>", target))
    assert len(picture.findall("circle")) == len(bars)


def test_hostile_labels_are_text_in_the_confusion_matrix() -> None:
    svg = charts.heat_map(["<script>x</script>", "b"], [[3, 1], [0, 2]], "t")
    assert "<script>" not in svg
    assert ET.fromstring(svg) is not None


def test_the_funnel_draws_kept_and_dropped_in_proportion() -> None:
    picture = ET.fromstring(charts.funnel([("ingest", 75, 25), ("dedup", 50, 25)], "t"))
    widths = [float(rect.get("width", "0")) for rect in picture.findall("rect")]
    assert abs(widths[0] - 3 * widths[1]) < 0.5 and abs(widths[2] - 2 * widths[3]) < 0.5


def test_line_labels_do_not_cover_each_other() -> None:
    series = [charts.Line(name, [(10, 0.5, 0.4, 0.6), (100, 0.9, 0.89, 0.91)]) for name in ("a", "b", "c")]
    picture = ET.fromstring(charts.lines(series, "t", "x", "y"))
    heights = sorted(
        float(text.get("y", "0")) for text in picture.findall("text") if text.text in ("a", "b", "c")
    )
    assert all(later - earlier >= 13.9 for earlier, later in itertools.pairwise(heights))
