"""Decoding and likelihoods: many prompts at a time give what each gives alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers")
import numpy as np
import torch

from train.lm import likelihood
from train.lm.base import load_base
from train.lm.decode import Decoder, batches, common_prefix
from train.lm.likelihood import mean_log_probabilities
from train.lm.pack import read_shared
from train.lm.prompt import Template
from train.lm.room import room_for

TEXTS = ["where is it", "a", "my card was stolen on Monday, and nobody answers", "Größe? ✓", ""]
SYSTEM = "Say what the message is about."


@pytest.fixture(scope="module")
def base(tiny_lm: Path) -> Any:
    return load_base(str(tiny_lm))


@pytest.fixture(scope="module")
def model(base: Any) -> Any:
    return base.fresh_model()


def plain(model: Any, prompt: list[int], end: int, limit: int) -> list[int]:
    """Greedy decoding without cache, batch or library: the oracle."""
    made: list[int] = []
    with torch.inference_mode():
        while len(made) < limit and (not made or made[-1] != end):
            made.append(int(model(input_ids=torch.tensor([prompt + made])).logits[0, -1].argmax()))
    return made


@pytest.mark.parametrize("shots", [(), (("hello", "greeting"), ("no parcel", "delivery"))])
def test_answers_of_many_are_those_of_each(base: Any, model: Any, shots: Any) -> None:
    template = Template(base.tokenizer)
    prompts = [template.prompt_ids(SYSTEM, shots, text) for text in TEXTS]
    assert common_prefix(prompts) > len(template.ids(SYSTEM))
    decoder = Decoder(model, template, 12)
    answers = decoder.answer(prompts)
    for prompt, answer in zip(prompts, answers, strict=True):
        made = plain(model, prompt, template.end, 12)
        made = made[:-1] if made[-1] == template.end else made
        assert answer == base.tokenizer.decode(made, skip_special_tokens=True)
    assert decoder.answer(list(reversed(prompts))) == list(reversed(answers))
    assert decoder.tally.rows == 2 * len(TEXTS) and decoder.tally.tokens_in == 2 * sum(map(len, prompts))


def test_one_prompt_and_none() -> None:
    assert common_prefix([]) == 0 and common_prefix([[1, 2, 3]]) == 2
    assert common_prefix([[1, 2], [1, 2, 3]]) == 1


def test_batches_follow_the_set_of_prompts() -> None:
    prompts = [[7] * n for n in (3, 900, 20, 4000, 5)]
    made = [[prompts[row] for row in batch] for batch in batches(prompts, 10)]
    mixed = prompts[::-1]
    assert made == [[mixed[row] for row in batch] for batch in batches(mixed, 10)]
    assert sorted(len(one) for batch in made for one in batch) == [3, 5, 20, 900, 4000]


@pytest.mark.parametrize("how", ["together", "in parts", "one by one"])
def test_likelihoods_are_the_mean_log_probabilities_of_each_answer_alone(
    base: Any, model: Any, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "in parts":
        monkeypatch.setattr(likelihood, "LONGEST", 12)
    if how == "one by one":
        monkeypatch.setattr(likelihood, "packs_exactly", lambda model: False)
    template = Template(base.tokenizer)
    prompts = [template.prompt_ids(SYSTEM, (), text) for text in TEXTS]
    labels = ("card_lost", "delivery", "card", "card_lost_again", "x", "delivery")
    answers = [template.answer_ids(label) for label in labels]
    found = mean_log_probabilities(model, prompts, answers)
    assert found.shape == (len(TEXTS), len(labels)) and (found < 0).all()
    for row, prompt in enumerate(prompts):
        for column, answer in enumerate(answers):
            with torch.inference_mode():
                logits = model(input_ids=torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
            told = torch.log_softmax(logits, dim=-1)[torch.arange(len(answer)), torch.tensor(answer)]
            assert found[row, column] == pytest.approx(float(told.mean()), abs=1e-4)
    assert np.array_equal(found, mean_log_probabilities(model, prompts, answers))
    assert mean_log_probabilities(model, [], answers).shape == (0, len(labels))


def test_what_answers_begin_with_alike_is_read_once(base: Any) -> None:
    template = Template(base.tokenizer)
    answers = [template.answer_ids(label) for label in ("card_lost", "card_late", "card")]
    trie = likelihood._trie(answers)
    inner = {tuple(answer[:end]) for answer in answers for end in range(1, len(answer))}
    assert len(trie.branches.tokens) == len(inner) < sum(len(answer) - 1 for answer in answers)


@pytest.mark.parametrize("tokens", [1, 40])
def test_a_cache_with_room_holds_what_transformers_own_holds(model: Any, tokens: int) -> None:
    from transformers import DynamicCache

    ids = torch.tensor([[5, 6, 7], [8, 9, 10]])
    prefix = read_shared(model, [3, 4])
    theirs = DynamicCache(config=model.config)
    ours = room_for(model.config, prefix, 2, tokens)
    whole = torch.cat([torch.tensor([[3, 4], [3, 4]]), ids], dim=1)
    with torch.inference_mode():
        expected = model(input_ids=whole, past_key_values=theirs).logits[:, -1]
        for place in range(3):
            made = model(input_ids=ids[:, place : place + 1], past_key_values=ours).logits[:, -1]
    assert torch.allclose(made, expected, atol=1e-5)
    assert prefix.get_seq_length() == 2 and ours.get_seq_length() == theirs.get_seq_length() == 5
    for one, other in zip(ours.layers, theirs.layers, strict=True):
        assert torch.allclose(one.keys, other.keys, atol=1e-5)
