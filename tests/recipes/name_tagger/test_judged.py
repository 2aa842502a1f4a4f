"""The halves of the judged sets share nothing, and margins become rising scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from curate.pii.detect.names.recognizer import bundled
from recipes.name_tagger.calibrate import margins
from recipes.name_tagger.judged import Judged, sets
from recipes.name_tagger.rows import Row

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"


@pytest.mark.skipif(not DATA.exists(), reason=f"the public data sets are not in {DATA}")
def test_the_halves_of_a_set_share_no_row_and_every_span_is_a_value() -> None:
    for tune, test in zip(sets(DATA, "tune"), sets(DATA, "test"), strict=True):
        assert tune.name == test.name
        assert tune.rows
        assert test.rows
        if "names" in tune.name or tune.name in ("restaurant8k", "bitext", "evi"):
            assert not {row.text for row in tune.rows} & {row.text for row in test.rows}
        assert all(
            0 <= start < end <= len(row.text)
            for row in [*tune.rows, *test.rows]
            for start, end, _ in row.spans
        )


def test_margins_rise_and_more_certain_findings_score_higher() -> None:
    pytest.importorskip("sklearn")
    right = [
        Row(f"Hello {name}, thanks", [(6, 6 + len(name), "PER")])
        for name in ("Priya", "Tom Okafor", "Anjali", "Marta Novak", "Bob")
    ]
    wrong = [Row(f"Hello {name}, thanks", []) for name in ("Priya", "Klarna", "Wembley")]
    steps = margins(
        bundled().tagger,
        [Judged("a", "tune", right * 20, ("PER",)), Judged("b", "tune", wrong * 2, ("PER",))],
        "PER",
    )
    assert len(steps) == 20
    assert steps == sorted(steps)
    assert np.isfinite(steps).all()
