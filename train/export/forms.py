"""What an exported folder may hold: an adapter for peft, merged weights for transformers, one GGUF file.

| form | of a language model | of a fine-tuned encoder |
|---|---|---|
| `adapter` | adapter and tokenizer: `peft.PeftModel.from_pretrained(base, folder)` | the same, and the head |
| `merged` | weights, tokenizer, `Modelfile`: `AutoModelForCausalLM.from_pretrained(folder)` | weights, tokenizer, head |
| `gguf` | `model.gguf` and `Modelfile`, where the base came as GGUF itself | - |

A classifier's head stands on mean-pooled, normalised hidden states, which no class of transformers does: it
is two arrays in `head.safetensors` beside `labels.json`, and the card shows the ten lines that apply it.

Training rows that a system shows as worked examples are data, not weights, and never leave with it.
"""  # noqa: E501

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from curate.errors import AssayError
from curate.files import dump_json
from train.pretrained import quiet
from train.systems.adapted import Adapted, LanguageLora
from train.systems.finetuned import FineTuned
from train.systems.lora import Lora
from train.systems.sharded import ShardedLora

if TYPE_CHECKING:
    import torch

    from train.systems.base import System

Form = Literal["adapter", "merged", "gguf"]
FORMS: tuple[Form, ...] = ("adapter", "merged", "gguf")
# What numbers merged weights are written as.
Numbers = Literal["float32", "bfloat16", "float16"]


def refuse_unfit(system: System, form: Form) -> None:
    """Fail where a system has no such form.

    Raises
    ------
    AssayError
        If nothing was trained that could be taken out, or not in this form.
    """
    if isinstance(system, ShardedLora):
        raise AssayError(
            f"system `{system.name}` answers with the mean of {len(system.parts)} adapters, and a folder of "
            "peft or transformers holds one",
            fix=f"take the folders models/{system.name}/shard-*, each a plain peft adapter, or train without "
            "params.train.shards",
        )
    if not isinstance(system, Adapted | FineTuned):
        raise AssayError(
            f"system `{system.name}` has no weights of its own to export",
            fix="export a fine-tuned one (lora, full, lm_lora, lm_dpo, lm_full); a prompt stands in "
            f"models/{system.name}/prompt.json",
        )
    if form == "adapter" and not isinstance(system, LanguageLora | Lora):
        raise AssayError(
            f"system `{system.name}` has no adapter: every weight was trained",
            fix="assay export MODEL DIR --form merged",
        )
    if form == "gguf" and not isinstance(system, Adapted):
        raise AssayError(
            f"system `{system.name}` is an encoder with a head, and GGUF holds language models",
            fix="assay export MODEL DIR --form merged",
        )


def published(name: str) -> str:
    """The name under which others may find a base model: of a folder of this machine its last part."""
    return Path(name).name if Path(name).is_dir() else name


def write_adapter(system: Adapted | FineTuned, folder: Path) -> None:
    """The adapter in peft's own format, its tokenizer, and an encoder's head."""
    from safetensors.torch import save_file

    assert isinstance(system, LanguageLora | Lora)
    tensors = {name: tensor.contiguous() for name, tensor in system.adapter.items()}
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    base = system.base if isinstance(system, Adapted) else system.encoder
    named = {**system.config, "base_model_name_or_path": published(system.config["base_model_name_or_path"])}
    (folder / "adapter_config.json").write_text(dump_json(named), encoding="utf-8")
    _rest(system, base.tokenizer, folder)


def write_merged(system: Adapted | FineTuned, folder: Path, numbers: Numbers) -> None:
    """Weights with the adapter folded in, as transformers saves them."""
    network = merged_network(system, numbers)
    with quiet():
        network.save_pretrained(folder)
    base = system.base if isinstance(system, Adapted) else system.encoder
    _rest(system, base.tokenizer, folder)


def merged_network(system: Adapted | FineTuned, numbers: Numbers) -> Any:
    """The network of a system, adapters folded in, in these numbers."""
    import torch

    # An encoder goes on predicting from its own.
    network: Any = system.folded() if isinstance(system, Adapted) else copy.deepcopy(system.network.backbone)
    return network.to(getattr(torch, numbers)).eval().requires_grad_(False)


def _rest(system: Adapted | FineTuned, tokenizer: Any, folder: Path) -> None:
    """The tokenizer, and what reads an answer: a prompt, or a head with its labels."""
    with quiet():
        tokenizer.save_pretrained(folder)
    if isinstance(system, Adapted):
        said: dict[str, Any] = {"system": system.brief.system, "kind": str(system.brief.kind)}
        said |= {"schema": system.brief.schema, "max_new_tokens": system.max_new_tokens}
        (folder / "prompt.json").write_text(dump_json(said), encoding="utf-8")
        if system.classifies:
            (folder / "labels.json").write_text(dump_json(list(system.labels)), encoding="utf-8")
        return
    from safetensors.torch import save_file

    head = system.network.head
    save_file(
        {"weight": head.weight.detach().contiguous(), "bias": head.bias.detach().contiguous()},
        folder / "head.safetensors",
    )
    (folder / "labels.json").write_text(dump_json(list(system.labels)), encoding="utf-8")


def classify_from(folder: Path, backbone: torch.nn.Module, ids: list[list[int]]) -> torch.Tensor:
    """Logits of token ids by an exported encoder and its head, float32 `[texts, labels]`: what the card's
    lines do.
    """
    import torch
    from safetensors.torch import load_file

    from train.encoder import mean_pool, pad

    head = load_file(folder / "head.safetensors")
    rows = []
    with torch.inference_mode():
        for one in ids:
            tokens, mask = pad([one])
            hidden = backbone(input_ids=tokens, attention_mask=mask).last_hidden_state
            vector = torch.nn.functional.normalize(mean_pool(hidden, mask))
            rows.append(vector @ head["weight"].float().T + head["bias"].float())
    return torch.cat(rows)
