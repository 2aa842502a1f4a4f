"""Packing: the hidden states, losses and gradients of rows run one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("transformers")
import torch

from train.lm.base import load_base
from train.lm.pack import groups, hidden_states, pack, packs_exactly
from train.objectives.completion import CompletionLoss, Completions

ids = st.lists(st.integers(3, 200), min_size=1, max_size=12)
fast = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def model(tiny_lm: Path) -> Any:
    return load_base(str(tiny_lm)).fresh_model()


@fast
@given(shared=st.lists(st.integers(3, 200), max_size=9), rows=st.lists(ids, min_size=1, max_size=5))
def test_each_row_sees_the_shared_part_and_itself(
    model: Any, shared: list[int], rows: list[list[int]]
) -> None:
    packed = pack(shared, rows)
    with torch.inference_mode():
        states = hidden_states(model, packed)
        for start, row in zip(packed.starts, rows, strict=True):
            alone = model.get_decoder()(input_ids=torch.tensor([shared + row])).last_hidden_state[0]
            assert torch.allclose(states[start : start + len(row)], alone[len(shared) :], atol=1e-4)


def test_sequences_have_few_lengths() -> None:
    assert {pack([1] * 5, [[2] * n, [3]]).ids.shape[1] % 64 for n in range(1, 200)} == {0}


@given(lengths=st.lists(st.integers(1, 500), max_size=40), shared=st.integers(0, 300))
def test_groups_hold_each_row_once_and_no_more_than_fits(lengths: list[int], shared: int) -> None:
    made = list(groups(lengths, shared, 600))
    assert [place for group in made for place in group] == list(range(len(lengths)))
    for group in made:
        assert len(group) == 1 or shared + sum(lengths[place] for place in group) <= 600


@fast
@given(
    shared=st.lists(st.integers(3, 200), max_size=6),
    pairs=st.lists(st.tuples(ids, ids), min_size=2, max_size=6),
)
def test_loss_and_gradient_are_those_of_rows_one_by_one(
    model: Any, shared: list[int], pairs: list[tuple[list[int], list[int]]]
) -> None:
    rows = Completions([shared + prompt for prompt, _ in pairs], [answer for _, answer in pairs])
    none = Completions([], [])
    found = []
    for packed in (True, False):
        model.requires_grad_(True).zero_grad()
        loss = CompletionLoss(rows, none, precision="float32", packed=packed)
        value = loss.backward(model, list(range(len(pairs))))
        found.append((value, torch.cat([one.grad.flatten() for one in model.parameters()])))
    model.zero_grad()
    total = 0.0
    for prompt, answer in zip(rows.prompts, rows.answers, strict=True):
        tokens = torch.tensor([[*prompt, *answer]])
        logits = model(input_ids=tokens).logits[0, len(prompt) - 1 : -1]
        part = torch.nn.functional.cross_entropy(logits, torch.tensor(answer), reduction="sum")
        part = part / sum(map(len, rows.answers))
        part.backward()
        total += float(part.detach())
    plain = torch.cat([one.grad.flatten() for one in model.parameters()])
    for value, gradient in found:
        assert value == pytest.approx(total, rel=1e-4)
        assert torch.allclose(gradient, plain, atol=1e-4)


def test_a_model_that_ignores_masks_is_found_out(model: Any) -> None:
    assert packs_exactly(model)

    class Deaf(torch.nn.Module):
        def get_decoder(self) -> Any:
            inner = model.get_decoder()
            return lambda attention_mask=None, position_ids=None, **rest: inner(**rest)

    assert not packs_exactly(Deaf())
