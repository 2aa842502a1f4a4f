"""A schema holds the form of every answer, even of a model that knows nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("transformers")
pytest.importorskip("llguidance")
from jsonschema import Draft202012Validator

from curate.errors import AssayError
from train.lm.base import load_base
from train.lm.constraint import grammar_of
from train.lm.decode import Decoder
from train.lm.prompt import Template

SCHEMA = {
    "type": "object",
    "properties": {"topic": {"enum": ["card", "parcel"]}, "urgent": {"type": "boolean"}},
    "required": ["topic", "urgent"],
    "additionalProperties": False,
}


def test_every_answer_of_a_random_model_fits_the_schema(tiny_lm: Path) -> None:
    base = load_base(str(tiny_lm))
    template = Template(base.tokenizer)
    prompts = [template.prompt_ids("Sort.", (), text) for text in ("a", "where is it", "Größe")]
    free = Decoder(base.fresh_model(), template, 60).answer(prompts)
    held = Decoder(base.fresh_model(), template, 60, schema=SCHEMA, constrained=True).answer(prompts)
    assert not any(fits(answer) for answer in free)
    assert all(fits(answer) for answer in held)


def fits(answer: str) -> bool:
    try:
        return Draft202012Validator(SCHEMA).is_valid(json.loads(answer))
    except ValueError:
        return False


def test_a_schema_beyond_the_library_is_refused_with_a_fix() -> None:
    with pytest.raises(AssayError, match="cannot be used to constrain") as caught:
        grammar_of(
            {"type": "object", "unevaluatedProperties": False, "properties": {"a": {"type": "elephant"}}}
        )
    assert "constrained" in (caught.value.fix or "")
