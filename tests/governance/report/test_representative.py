"""The sections on representativeness and decisions: figures in tables, a map without a script, no live
text."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import polars as pl

from curate.show.blocks import Chart, Document, Table
from curate.show.html import as_html
from governance.report.document import Section
from governance.report.encoded import encoded_decisions
from governance.report.looks import Looked
from governance.report.representative import representativeness
from tests.train.test_represent import live, sample
from train.encoded import FOUND, Decisions
from train.represent import represent
from train.represent.represent import Sample
from train.vectors import embedded

HOSTILE = "</title><script>alert(1)</script> refund"


def section(make: Any, looked: Looked, gold: pl.DataFrame | None = None) -> Section:
    made: Section = make(SimpleNamespace(looked=looked, gold=gold))
    return made


def page(told: Section) -> str:
    return as_html(Document("a report", list(told.parts)))


def test_the_map_can_be_pointed_at_without_a_script_and_shows_no_live_text() -> None:
    rows = sample(36)
    texts = rows.texts.scatter(0, HOSTILE)
    train = Sample(rows.ids, texts, rows.labels, rows.columns)
    found = represent(
        train, sample(6, 6), live(), embed=partial(embedded, by="words"), declared={"language": {"cy": 0.5}}
    )
    gold = pl.DataFrame({"example_id": rows.ids, "input": texts})
    told = section(representativeness, Looked(found, None), gold)
    html = page(told)
    assert "<script" not in html and "onload" not in html and " style=" not in html
    assert html.count("<circle") == 36 + 7 and "&lt;script&gt;" in html
    assert "garden" not in html and "live row l0" in html
    captions = [part.caption for part in told.parts if isinstance(part, Table)]
    assert captions == [
        "Classes with the fewest held-out rows",
        "Shares beside those declared",
        "Regions of live inputs that no row is near",
    ]
    chart = next(part for part in told.parts if isinstance(part, Chart))
    assert list(chart.key) == ["billing", "delivery"]
    assert section(representativeness, Looked(None, None), gold).parts == []


def test_a_decision_is_told_with_its_rows() -> None:
    line = ("source", "mail", "billing", "delivery", 9, 10, 0, 30, 8.0, 1e-6, 1e-5)
    keys = {"by": "source", "slice": "mail", "gives": "billing", "where_others_give": "delivery"}
    rows = pl.DataFrame({**{name: [value] * 2 for name, value in keys.items()}, "example_id": ["r1", "r2"]})
    found = Decisions(pl.DataFrame([line], schema=FOUND, orient="row"), rows, {"source": 4}, {"source": 2})
    html = page(section(encoded_decisions, Looked(None, found)))
    assert "source mail" in html and "9 of 10" in html and "<code>r1</code>" in html
    quiet = replace(found, found=found.found.clear(), rows=rows.clear())
    assert "No slice gives a label" in page(section(encoded_decisions, Looked(None, quiet)))
    assert section(encoded_decisions, Looked(None, None)).parts == []
    assert "more than" in page(section(encoded_decisions, Looked(None, None, "more than 20,000 rows")))
