"""An exported folder answers as the system did: it is loaded by the plain libraries, and compared.

Compared are the logits of the next token (of the labels, for an encoder) after a few rows, and of a language
model the greedy answers too. What is written is the same numbers, so the logits agree to the last digits;
adapters that are not folded in and GGUF's float16 round otherwise, and have room for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.network import network
from train.export import gguf_file
from train.export.forms import Form, Numbers, classify_from, merged_network
from train.lm.decode import Decoder
from train.lm.prompt import Template
from train.objectives.labels import logits_of
from train.pretrained import LOCAL, quiet, torch_threads
from train.systems.adapted import Adapted
from train.systems.finetuned import FineTuned

# Of the largest logit: what numbers of a form may differ by. float16 keeps 11 bits of every weight,
# bfloat16 8.
_ROOM = {"adapter": 1e-3, "merged": 1e-3, "gguf": 2e-2}
_ROUNDED = {"float32": 1e-3, "float16": 2e-2, "bfloat16": 1e-1}
# Tokens of an answer that are compared.
_TOKENS = 32
# Where no row of the project is at hand.
_PROBES = ("Hello, where is my parcel?", "Please send me the invoice for March.", "Thank you.")


@dataclass(frozen=True)
class Compared:
    """How alike an exported folder and the system are: rows compared, the largest difference of logits over
    the largest logit, and answers that are the same (None where none are written).
    """

    rows: int
    difference: float
    same_answers: int | None


def verify(
    system: Adapted | FineTuned, folder: Path, form: Form, numbers: Numbers, texts: Sequence[str]
) -> Compared:
    """Load `folder` with the plain libraries and compare it with `system` on a few texts.

    Raises
    ------
    AssayError
        If it answers otherwise: then what was written is not the model that was judged.
    """
    texts = list(texts) or list(_PROBES)
    compared = (
        _language(system, folder, form, numbers, texts)
        if isinstance(system, Adapted)
        else _encoder(system, folder, form, numbers, texts)
    )
    # A language model is compared in the numbers that were written, an encoder in those it was judged in.
    room = _ROOM[form] if isinstance(system, Adapted) or form == "adapter" else _ROUNDED[numbers]
    differs = (
        compared.same_answers is not None
        and form == "merged"
        and numbers == "float32"
        and compared.same_answers < len(texts)
    )
    if not compared.difference <= room or differs:
        raise AssayError(
            f"the exported model answers otherwise than system `{system.name}`: logits differ by "
            f"{compared.difference:.1e} of the largest; nothing was written",
            fix="assay train && assay evaluate, then export again; if it stays, report it with this line",
        )
    return compared


def _language(system: Adapted, folder: Path, form: Form, numbers: Numbers, texts: Sequence[str]) -> Compared:
    import torch

    theirs = _load(system, folder, form, numbers)
    ours = merged_network(system, numbers if form == "merged" else "float32")
    with quiet(), network(allowed=False):
        template = Template(theirs[1])
    prompts = [template.prompt_ids(system.brief.system, (), text) for text in texts]
    difference = 0.0
    with torch_threads(system.threads), torch.inference_mode():
        for prompt in prompts:
            ids = torch.tensor([prompt[-system.knobs.max_tokens :]])
            mine, other = (model(input_ids=ids).logits[0, -1].float() for model in (ours, theirs[0]))
            difference = max(difference, float((mine - other).abs().max() / mine.abs().max().clamp(min=1e-9)))
    longest = min(_TOKENS, system.max_new_tokens)
    given = [Decoder(model, template, longest, system.threads).answer(prompts) for model in (ours, theirs[0])]
    same = sum(mine == other for mine, other in zip(*given, strict=True))
    return Compared(len(texts), difference, same)


def _load(system: Adapted, folder: Path, form: Form, numbers: Numbers) -> tuple[Any, Any]:
    """Model and tokenizer as a stranger would load them."""
    from contextlib import redirect_stderr

    from transformers import AutoModelForCausalLM, AutoTokenizer

    with quiet(), network(allowed=False):
        if form == "gguf":
            with redirect_stderr(StringIO()):  # its reader draws a bar of its own
                given = {"pretrained_model_name_or_path": str(folder), "gguf_file": gguf_file.FILE, **LOCAL}
                model = AutoModelForCausalLM.from_pretrained(**given, dtype="float32")
                return model.eval(), AutoTokenizer.from_pretrained(**given)
        tokenizer = AutoTokenizer.from_pretrained(folder, **LOCAL)
        if form == "adapter":
            from peft import PeftModel

            return PeftModel.from_pretrained(system.base.fresh_model(), str(folder)).eval(), tokenizer
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=numbers, use_safetensors=True, **LOCAL)
        return model.eval(), tokenizer


def _encoder(system: FineTuned, folder: Path, form: Form, numbers: Numbers, texts: Sequence[str]) -> Compared:
    from transformers import AutoModel, AutoTokenizer

    with quiet(), network(allowed=False):
        tokenizer = AutoTokenizer.from_pretrained(folder, **LOCAL)
        if form == "adapter":
            from peft import PeftModel

            backbone: Any = PeftModel.from_pretrained(system.encoder.fresh_model(), str(folder)).eval()
        else:
            backbone = AutoModel.from_pretrained(folder, dtype=numbers, use_safetensors=True, **LOCAL).eval()
    ids = list(tokenizer(list(texts), truncation=True, max_length=system.encoder.max_length)["input_ids"])
    with torch_threads(system.encoder.threads):
        mine, other = logits_of(system.network, ids), classify_from(folder, backbone, ids)
    difference = float((mine - other).abs().max() / mine.abs().max().clamp(min=1e-9))
    same = mine.argmax(dim=1) == other.argmax(dim=1)
    return Compared(len(texts), difference, int(same.sum()))
