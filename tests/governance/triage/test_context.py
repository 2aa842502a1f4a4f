"""What the steward sees holds no raw value and nothing that could steer the terminal."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from curate.pii.decisions import VERDICTS
from curate.pii.redact.params import RedactParams
from curate.pii.scan.stage import ScanParams
from governance.triage.context import AROUND, Rows, render
from governance.triage.queue import build_queue
from governance.triage.reviewer import Reviewer
from governance.triage.session import press, start
from governance.triage.view import screen
from tests.governance.triage.conftest import TEXTS

RAW = (
    "07911 123456",
    "7911 123456",
    "zq.canary",
    "example.com",
    "CB1 2DP",
    "cb12dp",
    "CB12DP",
    "SW4 9AA",
    "EH2 2AA",
    "4412345678",
)


def _text(renderable: object, width: int = 100) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def test_no_screen_shows_a_raw_value(
    findings: pl.DataFrame, examples: pl.DataFrame, reviewer: Reviewer
) -> None:
    rows = Rows(examples, findings)
    session = start(
        build_queue(findings, examples, VERDICTS.to_frame(), RedactParams(), ScanParams()), reviewer
    )
    shown = _text(screen(session, rows))
    for key in "ar?xnnnnn":
        session, _ = press(session, key)
        shown += _text(screen(session, rows))
    for row, (_, output) in TEXTS.items():
        shown += "".join(
            piece
            for field in ("input", "output")
            if output or field == "input"
            for piece, _ in rows.whole(row, field)
        )
    assert "c•• •••" in shown.lower()
    assert [raw for raw in RAW if raw in shown] == []


def test_other_findings_and_unfound_numbers_around_a_value_are_masked(
    findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    rows = Rows(examples, findings)
    phone = findings.filter(example_id="r1", entity="PHONE_NUMBER").to_dicts()[0]
    assert rows.context(phone) == [
        ("ring ", "plain"),
        ("••••• ••••••", "shown"),
        (" or write ", "plain"),
        ("z•.••••••@•••••••.•••", "masked"),
        (", my order is ", "plain"),
        ("••••••••••", "suspect"),
    ]


def test_a_repeat_that_the_scan_did_not_find_is_masked(
    findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    place = findings.filter(example_id="r5").to_dicts()[0]
    assert "cb12dp" not in "".join(piece for piece, _ in Rows(examples, findings).context(place)).lower()


def test_whole_rows_mask_what_was_found_and_mark_what_else_looks_like_a_value(
    findings: pl.DataFrame, examples: pl.DataFrame
) -> None:
    segments = Rows(examples, findings).whole("r1", "input")
    assert (
        "".join(piece for piece, _ in segments)
        == "ring ••••• •••••• or write z•.••••••@•••••••.•••, my order is ••••••••••"
    )
    assert [style for _, style in segments if style != "plain"] == ["masked", "masked", "suspect"]


def test_hostile_text_is_neutralised(reviewer: Reviewer) -> None:
    segments = render("\x1b[2J[red]x[/] ‮evil CB1 2DP ::error::", [(18, 25)], (18, 25))
    shown = "".join(piece for piece, _ in segments)
    assert "\x1b" not in shown
    assert "‮" not in shown
    assert "::error" not in shown
    assert "[red]" in shown  # shown as it stands: `Text` reads no markup


@pytest.mark.parametrize("left", [0, 5, AROUND - 3, AROUND + 3, 400])
def test_the_value_stays_in_sight_however_long_the_text(left: int) -> None:
    text = "a " * left + "CB1 2DP" + " b" * 400
    segments = render(text, [(2 * left, 2 * left + 7)], (2 * left, 2 * left + 7))
    assert [piece for piece, style in segments if style == "shown"] == ["C•• •••"]
    assert sum(len(piece) for piece, _ in segments) <= 2 * AROUND + 20


@given(st.text(alphabet="ab 1@\ue000\ue001\ue002\ue003\x1b", max_size=300), st.data())
def test_masked_places_never_show_their_letters(text: str, data: st.DataObject) -> None:
    """Oracle: with the masked places filled by a letter found nowhere else, that letter is on no screen but
    as a mask's first.
    """
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    filled = list(text)
    for first, last in spans:
        filled[first:last] = "Z" * (last - first)
    here = spans[0] if spans else None
    segments = render("".join(filled), spans, here)
    plain = "".join(piece for piece, style in segments if style == "plain")
    assert "Z" not in plain
    # Short ones have no first letter either (`mask`); a long one shows its first alone.
    assert all(piece.count("Z") <= 1 for piece, style in segments if style != "plain")
