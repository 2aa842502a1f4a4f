"""Exports: plain libraries load them, they answer as the system did, and nothing else is written over."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError, GateFailed

pytest.importorskip("transformers")
import torch

from curate.keys import Key
from curate.sealed_folder import seal_folder
from curate.task import TaskCard
from train.export import modelfile
from train.export.card import licence_of
from train.export.run import RECORD, Source, export
from train.export.verify import verify
from train.lm.prompt import Template
from train.params import TrainParams
from train.systems import Context, load_system, make_system, save_system

from .conftest import LABELS, tiny_tokenizer, toy_rows
from .test_language_systems import FORM, context, forms

CARD = {
    "gold": "abc123",
    "rows": {"train": 24, "validation": 6},
    "seed": 0,
    "threads": 1,
    "hyperparameters": {"rank": 2},
    "versions": {"torch": "2"},
}
TASK = TaskCard.model_validate(
    {
        "name": "intake",
        "kind": "extraction",
        "behaviour": "Read the e-mail <b>now</b>",
        "metric": {"name": "field_f1", "target": 0.8},
        "owner": "desk",
        "languages": ["en"],
        "sources": {"mail": {"licence": "CC-BY-4.0", "lawful_basis": "contract"}},
        "review": {"next": "2027-06-01"},
    }
)
COMPARISON: dict[str, Any] = {
    "gold": "abc123",
    "metrics": {"field_f1": "field F1", "exact_match": "exact match"},
    "metric": {"name": "field_f1"},
    "params": {"confidence": 0.95},
    "rows": {"test": 40},
    "test_clusters": 30,
    "systems": [
        {
            "name": name,
            "title": name,
            "field_f1": {"point": point, "low": point - 0.1, "high": point + 0.1},
            "exact_match": {"point": point, "low": point - 0.1, "high": point + 0.1},
        }
        for name, point in (("lm_lora", 0.61234567), ("prompt", 0.2))
    ],
    "verdict": {"headline": "fine-tuning is worth it: +0.41", "reasons": ["Because it is."]},
}


@pytest.fixture(scope="module")
def models(tiny_encoder: Path, tiny_lm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed folder of trained systems."""
    folder = tmp_path_factory.mktemp("project") / "models"
    ctx = context(tiny_encoder, tiny_lm)
    for name in ("prompt", "lm_lora", "lm_lora_retrieved", "lm_full"):
        system: Any = make_system(name)
        system.fit(forms(24), forms(6, 1, "v"), (), ctx)
        save_system(system, folder / name, CARD)
    params = TrainParams(encoder=str(tiny_encoder), precision="float32", lora={"epochs": 1, "rank": 2})
    for name in ("lora", "full"):
        system = make_system(name)
        system.fit(toy_rows(45), toy_rows(15, 1, "v"), LABELS, Context(params))
        save_system(system, folder / name, CARD)
    seal_folder(folder, None, "models")
    return folder


def source(models: Path, name: str, **more: Any) -> Source:
    return Source(models / name, models, texts=("refund please", "card stolen"), **more)


def test_plain_peft_and_transformers_load_what_was_written(
    models: Path, tiny_lm: Path, tmp_path: Path
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    adapter, merged = tmp_path / "adapter", tmp_path / "merged"
    done = export(source(models, "lm_lora"), adapter)
    assert done.compared.rows == 2 and done.compared.difference < 1e-3 and not done.authenticated
    done = export(source(models, "lm_lora"), merged, "merged")
    assert done.compared.same_answers == 2 and {"model.safetensors", "Modelfile"} <= set(done.files)
    system: Any = load_system(models / "lm_lora")
    tokenizer = AutoTokenizer.from_pretrained(merged)
    prompt = tokenizer.apply_chat_template(
        [{"role": "system", "content": FORM.system}, {"role": "user", "content": "my parcel is late"}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )["input_ids"]
    with torch.inference_mode():
        wanted = system.folded()(input_ids=prompt).logits
        folded = AutoModelForCausalLM.from_pretrained(merged)(input_ids=prompt).logits
        base = AutoModelForCausalLM.from_pretrained(tiny_lm)
        loose = PeftModel.from_pretrained(base, str(adapter))(input_ids=prompt).logits
    assert torch.equal(folded, wanted) and torch.allclose(loose, wanted, atol=1e-4)
    config = json.loads((adapter / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == tiny_lm.name, "never a path of this machine"
    for path in tmp_path.rglob("*.json"):
        assert str(tiny_lm.parent) not in path.read_text()


def test_training_rows_do_not_leave_with_a_system_that_shows_them(models: Path, tmp_path: Path) -> None:
    done = export(source(models, "lm_lora_retrieved", task=TASK), tmp_path / "out")
    assert not [name for name in done.files if "shots" in name or "memory" in name]
    assert "similar training rows" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize("name", ["lora", "full"])
def test_an_encoder_is_written_with_its_head_and_read_by_the_lines_of_its_card(
    name: str,
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    export(source(models, name), out, "merged")
    system: Any = load_system(models / name)
    lines = (out / "README.md").read_text().split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(out)
    for text in ("refund please", "card stolen", "my parcel is late"):
        exec(lines, {"TEXT": text})
        assert capsys.readouterr().out.strip() == system.answer([text])[0]


def test_the_card_reads_back_with_base_figures_and_review_date(models: Path, tmp_path: Path) -> None:
    from huggingface_hub import ModelCard

    export(source(models, "lm_lora", task=TASK, comparison=COMPARISON), tmp_path / "out", "merged")
    text = (tmp_path / "out" / "README.md").read_text()
    card: Any = ModelCard(text)
    base = json.loads((models / "lm_lora" / "model.json").read_text())["base"]
    assert card.data.language == ["en"] and card.data.datasets == ["intake"] and card.data.license == "other"
    figures = {one.metric_type: one for one in card.data.eval_results}
    assert figures["field_f1"].metric_value == 0.612346
    assert figures["field_f1"].metric_args == {"low": 0.512346, "high": 0.712346}
    for words in (base["sha256"], "abc123", "2027-06-01", "CC-BY-4.0", "0.612 \\[0.512, 0.712\\]"):
        assert words.replace("\\", "") in text.replace("\\", ""), words
    assert "<b>" not in text and Path(base["name"]).name in card.data.base_model
    export(source(models, "lm_lora", task=TASK, comparison=COMPARISON), tmp_path / "again", "merged")
    for name in ("README.md", RECORD):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    other = {**COMPARISON, "gold": "another"}
    export(source(models, "lm_lora", task=TASK, comparison=other), tmp_path / "third")
    text = (tmp_path / "third" / "README.md").read_text()
    assert "has not been evaluated" in text and "model-index" not in text


def test_a_folder_of_other_files_is_never_replaced_and_an_export_only_on_demand(
    models: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(source(models, "lm_lora"), out)
    with pytest.raises(AssayError, match="earlier export") as caught:
        export(source(models, "lm_lora"), out)
    assert "--force" in caught.value.fix
    export(source(models, "lm_lora"), out, "merged", force=True)
    assert not (out / "adapter_model.safetensors").exists()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(AssayError, match="no export wrote"):
        export(source(models, "lm_lora"), out, force=True)
    assert (out / "notes.txt").read_text() == "mine"
    for place in (models, models / "new", models.parent):
        with pytest.raises(AssayError, match="sealed"):
            export(source(models, "lm_lora"), place, force=True)


def test_a_model_that_was_changed_is_refused(models: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(models, tmp_path / "models")
    weights = copy / "lm_lora" / "adapter_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(GateFailed, match="not the one that was sealed"):
        export(source(copy, "lm_lora"), tmp_path / "out")
    with pytest.raises(AssayError, match="not the model that was trained"):
        export(Source(copy / "lm_lora"), tmp_path / "out")
    seal_folder(copy, None, "models")
    with pytest.raises(GateFailed):
        export(
            source(copy, "lm_lora", key=Key(b"another key of this very project", "test")), tmp_path / "out"
        )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "form", "words"),
    [
        ("prompt", "adapter", "no weights of its own"),
        ("lm_full", "adapter", "every weight was trained"),
        ("lora", "gguf", "encoder"),
        ("lm_lora", "gguf", "did not come as GGUF"),
    ],
)
def test_a_form_that_a_system_does_not_have_is_an_error_with_a_fix(
    name: str, form: Any, words: str, models: Path, tmp_path: Path
) -> None:
    with pytest.raises(AssayError, match=words) as caught:
        export(source(models, name), tmp_path / "out", form)
    assert caught.value.fix and not (tmp_path / "out").exists()


def test_weights_that_answer_otherwise_are_found_out(models: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    export(source(models, "lm_lora"), tmp_path / "out", "merged")
    path = tmp_path / "out" / "model.safetensors"
    tensors = load_file(path)
    name = next(name for name in tensors if "q_proj" in name)
    save_file({**tensors, name: tensors[name] * 1.5}, path, metadata={"format": "pt"})
    system: Any = load_system(models / "lm_lora")
    with pytest.raises(AssayError, match="answers otherwise"):
        verify(system, tmp_path / "out", "merged", "float32", ())


def test_modelfile_has_the_prompt_and_the_template_only_where_it_is_chatml(models: Path) -> None:
    system: Any = load_system(models / "lm_lora")
    text = modelfile.modelfile(system, ".")
    assert text.startswith("FROM .\n") and f'SYSTEM """{FORM.system}"""' in text
    assert 'PARAMETER stop "<|im_end|>"' in text and "TEMPLATE" in text.splitlines()[1]
    other = tiny_tokenizer()
    turns = {"message['role'] + '\n'": "message['role'] + ': '", "assistant\n": "assistant: "}
    for ours, theirs in turns.items():
        other.chat_template = other.chat_template.replace(ours, theirs)
    assert not modelfile.speaks_chatml(Template(other))


def test_licence_of_a_base_is_read_off_its_readme(tmp_path: Path) -> None:
    assert licence_of({"name": "HuggingFaceTB/SmolLM2-135M-Instruct"}) == "apache-2.0"
    assert licence_of({"name": str(tmp_path)}) is None
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert licence_of({"name": str(tmp_path)}) == "mit"
