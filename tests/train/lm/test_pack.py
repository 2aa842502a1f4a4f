"""Packing: the hidden states, losses and gradients of rows run one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("transformers")
import torch

from train.lm import attention
from train.lm.base import load_base
from train.lm.lowrank import join_products
from train.lm.pack import groups, hidden_states, pack, packs_exactly
from train.objectives.completion import CompletionLoss, Completions
from train.precision import frozen_weights_held

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
        assert len(group) == 1 or shared + len(group) * max(lengths[place] for place in group) <= 600


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


def test_long_rows_take_the_fused_kernel_and_give_the_same(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Completions([[5, 6, 7, 8], [5, 6, 9, 9]], [[10, 11], [12]])
    found = []
    for most in (attention._KEPT, 0):
        monkeypatch.setattr(attention, "_KEPT", most)
        model.requires_grad_(True).zero_grad()
        value = CompletionLoss(rows, Completions([], []), precision="float32").backward(model, [0, 1])
        found.append((value, torch.cat([one.grad.flatten() for one in model.parameters()])))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    assert torch.allclose(found[0][1], found[1][1], atol=1e-5)


def test_frozen_weights_are_held_as_products_need_them_without_another_result(tiny_lm: Path) -> None:
    rows = Completions([[5, 6, 7, 8], [5, 6, 9, 9]], [[10, 11], [12]])
    found = []
    for held in (False, True):
        network: Any = load_base(str(tiny_lm)).fresh_model()
        trained = network.get_decoder().layers[0].mlp.up_proj.weight.requires_grad_(True)
        objective = CompletionLoss(rows, Completions([], []), precision="bfloat16")
        with frozen_weights_held(network, "bfloat16" if held else "float32"):
            kind = torch.bfloat16 if held else torch.float32
            assert network.lm_head.weight.dtype == kind and trained.dtype == torch.float32
            assert network.get_input_embeddings().weight.dtype == torch.float32
            found.append((objective.backward(network, [0, 1]), trained.grad))
        assert network.lm_head.weight is network.get_input_embeddings().weight
    assert found[0][0] == found[1][0] and torch.equal(found[0][1], found[1][1])


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_an_adapted_layer_in_one_operation_has_pefts_loss_and_gradients(
    tiny_lm: Path, precision: str
) -> None:
    from peft import LoraConfig, get_peft_model

    rows = Completions([[5, 6, 7, 8], [5, 6, 9, 9]], [[10, 11], [12]])
    found = []
    for joined in (False, True):
        torch.manual_seed(0)
        network: Any = get_peft_model(
            load_base(str(tiny_lm)).fresh_model(),
            LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False),
        )
        layers = sum("lora_A" in name for name, _ in network.named_parameters())
        if joined:
            assert join_products(network) == layers
        with frozen_weights_held(network, precision):
            value = CompletionLoss(rows, Completions([], []), precision=precision).backward(network, [0, 1])
        found.append((value, [one.grad for one in network.parameters() if one.requires_grad]))
    (theirs, expected), (ours, gradients) = found
    assert ours == pytest.approx(theirs, rel=1e-5 if precision == "float32" else 1e-2)
    for one, other in zip(gradients, expected, strict=True):
        assert one.dtype == torch.float32
        assert float((one - other).norm() / other.norm()) < (1e-4 if precision == "float32" else 0.05)


def test_a_layer_that_does_more_than_add_a_product_stays_pefts_own(tiny_lm: Path) -> None:
    from peft import LoraConfig, get_peft_model

    for more in ({"lora_dropout": 0.1}, {"use_dora": True}):
        config = LoraConfig(r=2, target_modules="all-linear", **more)
        assert join_products(get_peft_model(load_base(str(tiny_lm)).fresh_model(), config)) == 0
