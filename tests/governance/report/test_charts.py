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


NAMES = st.text("abcdefghijklmnop wW-", min_size=1, max_size=60)


@given(st.lists(st.tuples(NAMES, FRACTION, FRACTION, FRACTION), min_size=1, max_size=6), st.none() | FRACTION)
def test_every_whisker_and_every_letter_lies_inside_the_picture(
    rows: list[tuple[str, float, float, float]], target: float | None
) -> None:
    bars = [charts.Bar(name, sorted(v)[1], min(v), max(v)) for name, *v in rows]
    picture = ET.fromstring(charts.intervals(bars, "t", target))
    width = float(picture.get("viewBox", "").split()[2])
    for line in picture.findall("line"):
        assert 0 <= float(line.get("x1", "0")) <= float(line.get("x2", "0")) <= width
    for text in picture.findall("text"):
        reach = len(text.text or "") * 6.5
        start = (
            float(text.get("x", "0"))
            - {"start": 0, "middle": reach / 2, "end": reach}[text.get("text-anchor", "start")]
        )
        assert start >= -1 and start + reach <= width + 1


@given(st.lists(NAMES, min_size=2, max_size=8, unique=True))
def test_no_label_of_the_confusion_matrix_is_clipped(labels: list[str]) -> None:
    shown = [label[:28] for label in labels]
    picture = ET.fromstring(charts.heat_map(shown, [[1] * len(shown)] * len(shown), "t"))
    width = float(picture.get("viewBox", "").split()[2])
    for text in picture.findall("text"):
        x, reach = float(text.get("x", "0")), len(text.text or "") * 6.5
        if text.get("transform"):
            assert x + reach * 0.574 <= width and float(text.get("y", "0")) - reach * 0.819 >= 0
        elif text.get("text-anchor") == "end":
            assert x - reach >= 0


def test_every_chart_says_its_figures_in_words() -> None:
    drawings = (
        charts.intervals([charts.Bar("probe", 0.9, 0.88, 0.93)], "t", 0.85),
        charts.lines([charts.Line("probe", [(10, 0.5, 0.4, 0.6), (100, 0.9, 0.89, 0.91)])], "t", "x", "y"),
        charts.funnel([("ingest", 75, 25)], "t"),
        charts.heat_map(["a", "b"], [[3, 1], [0, 2]], "t"),
        charts.label_mix([("billing", [3, 1])], ("train", "test"), "t"),
    )
    for drawing in drawings:
        described = ET.fromstring(drawing).find("desc")
        assert described is not None and any(character.isdigit() for character in described.text or "")
