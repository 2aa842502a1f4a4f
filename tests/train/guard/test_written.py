"""A tiny random language model answers and is judged: what it writes is noise, and nothing of it gets out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytest.importorskip("transformers")

from curate.task import Kind
from governance.predict.answer import Answerer
from tests.train.test_language_systems import context, forms
from train.guard.guard import Guard
from train.lm.prompt import Brief
from train.systems import make_system

from .test_guard import card

FORM = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
FIELDS: dict[Kind, dict[str, Any]] = {
    Kind.EXTRACTION: {"output_schema": FORM},
    Kind.SUMMARY: {"sections": ["Facts", "Outcome"]},
    Kind.REWRITING: {"style": {"always": ["regards"]}},
}


@pytest.mark.parametrize("kind", FIELDS)
def test_a_written_answer_is_judged_by_its_kind(kind: Kind, tiny_encoder: Path, tiny_lm: Path) -> None:
    system: Any = make_system("prompt")
    brief = Brief(kind, "Answer.", FORM if kind is Kind.EXTRACTION else None)
    system.fit(forms(12), forms(6, 1, "v"), (), context(tiny_encoder, tiny_lm, brief))
    asked: list[str] = []
    write = system.write
    system.write = lambda texts: asked.extend(texts) or write(texts)
    guard = Guard(card(str(kind), **FIELDS[kind]), longest=400)
    rows = pl.DataFrame({"row": [0, 1, 2, 3], "input": ["name: Ada", None, "x" * 500, "the lamp is late"]})
    done = Answerer(system, guard)(rows)
    assert asked == ["name: Ada", "the lamp is late"], "what is refused for its input is not asked"
    assert done["codes"].to_list()[1:3] == ["empty_input", "input_too_long"]
    assert done["output"].is_null().to_list() == [False, True, True, False]
    expected = {Kind.EXTRACTION: "schema", Kind.SUMMARY: "sections", Kind.REWRITING: "always_word"}[kind]
    for row in (0, 3):
        assert expected in done["codes"][row] or done["codes"][row] == "no_answer"
