"""The section on overfitting, memorisation and forgetting, from a made-up evaluation."""

from __future__ import annotations

import types
from typing import Any

import polars as pl

from curate.show.blocks import Chart, Document, Paragraph, Table
from curate.show.html import as_html
from curate.show.markdown import as_markdown
from governance.report.document import Section
from governance.report.remembered import remembered
from tests.governance.test_memorisation_gates import comparison

EPOCHS = [(1, 0.8, 0.41), (2, 0.3, 0.23), (3, 0.1, 0.35), (4, 0.05, 0.5)]


def curves() -> pl.DataFrame:
    lines = [
        ("lm_lora", 0, epoch, rows, loss, None, epoch == 2)
        for epoch, train, held in EPOCHS
        for rows, loss in (("train", train), ("validation", held))
    ]
    names = ["system", "seed", "epoch", "rows", "loss", "accuracy", "chosen"]
    return pl.DataFrame(lines, schema=names, orient="row")


def section(document: dict[str, Any]) -> Section:
    facts: Any = types.SimpleNamespace(tables={"training_curves": curves()})
    return remembered(facts, document)


def test_every_figure_stands_in_words_tables_and_a_chart() -> None:
    made = section(comparison())
    words = " ".join(block.text for block in made.parts if isinstance(block, Paragraph) and str(block.text))
    assert "It turned up again." in words and "0.5 is a guess" in words and "first 8 tokens" in words
    assert "Adapter with examples answers with the weights of Adapter" in words
    tables = [block for block in made.parts if isinstance(block, Table)]
    assert [len(table.rows) for table in tables] == [2, 1, 1, 2]
    assert tables[0].rows[0][1:] == ["0.600", "0.500", "+0.100 [+0.050, +0.150]", "4", "epoch 2"]
    (chart,) = [block for block in made.parts if isinstance(block, Chart)]
    assert 'class="target"' in chart.svg and list(chart.key) == ["training rows", "validation rows"]


def test_it_is_drawn_on_a_page_and_as_markdown_and_left_out_where_nothing_was_tuned() -> None:
    document = Document("t", section(comparison()).parts)
    assert "Membership" in as_html(document) and "+0.05" in as_markdown(document)
    bare = {**comparison(), "overfitting": {}, "memorisation": {}, "canaries": None}
    assert section(bare).parts == []


def test_labels_have_no_completion_and_no_canaries() -> None:
    document = comparison()
    document["memorisation"]["lm_lora"]["verbatim"] = {"applies": False, "why": "answers are labels"}
    document["canaries"] = {"applies": False, "why": "answers are labels"}
    words = [str(block.text) for block in section(document).parts if isinstance(block, Paragraph)]
    assert "Canaries do not apply: answers are labels." in words
    assert "Completion word for word does not apply: answers are labels." in words
