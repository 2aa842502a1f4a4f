"""The model card of an exported system: Hugging Face's form, a README with YAML front matter.

huggingface_hub builds the front matter and reads it back (its own validation asks a server, and nothing is
sent anywhere). Every figure is one that the project holds: what was not measured is not there, and the text
says so. The same model and evaluation give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.files import canonical_json
from curate.task import BLANK, Kind, TaskCard
from curate.text import for_markdown, plain
from train.erased import erasure_line
from train.export.forms import Form, published

FILE = "README.md"
# Names of tasks on the hub.
_TASKS = {Kind.CLASSIFICATION: "text-classification"}
_WRITES = "text-generation"
# Licences of what comes inside packages; of any other base its own README is asked.
_LICENCES = {
    "HuggingFaceTB/SmolLM2-135M-Instruct": "apache-2.0",
    "sentence-transformers/all-MiniLM-L6-v2": "apache-2.0",
}


def model_card(
    card: Mapping[str, Any],
    form: Form,
    task: TaskCard | None,
    comparison: Mapping[str, Any] | None,
    licence: str | None,
) -> str:
    """The text of `README.md`.

    Parameters
    ----------
    card
        The system's `model.json`.
    task
        None where the model lies outside a project.
    comparison
        The evaluation of the same gold version; None where there is none.
    licence
        Of the base model; see `licence_of`.

    Raises
    ------
    AssayError
        If huggingface_hub does not read back what it wrote.
    """
    from huggingface_hub import EvalResult, ModelCard, ModelCardData

    base = base_of(card)
    judged = _judged(card, comparison) or {}
    titles: Mapping[str, str] = comparison["metrics"] if comparison and judged else {}
    kind = task.kind if task else Kind.CLASSIFICATION if card["labels"] else None
    pipeline = _TASKS.get(kind, _WRITES) if kind else _WRITES
    dataset = slug(task.name) if task else "unnamed"
    results = [
        EvalResult(
            task_type=pipeline,
            dataset_type=dataset,
            dataset_name=f"{dataset}, held-out rows",
            dataset_split="test",
            dataset_revision=card["gold"] or None,
            metric_type=name,
            metric_name=title,
            metric_value=round(judged[name]["point"], 6),
            metric_args={"low": round(judged[name]["low"], 6), "high": round(judged[name]["high"], 6)},
        )
        for name, title in titles.items()
    ]
    model_name = f"{dataset}-{card['name'].replace('_', '-')}"
    data = ModelCardData(
        base_model=published(base["name"]),
        base_model_relation="adapter" if form == "adapter" else "finetune",
        datasets=[dataset],
        language=list(task.languages) if task and task.languages else None,
        library_name="peft" if form == "adapter" else "transformers",
        license=licence or "other",
        license_name=None if licence else "not-stated",
        metrics=list(titles) or None,
        model_name=model_name if results else None,
        eval_results=results or None,
        pipeline_tag=pipeline,
        tags=sorted({"assay", *([str(kind)] if kind else []), *(["lora"] if "lora" in card["name"] else [])}),
    )
    body = "\n".join(_body(card, form, base, task, comparison, judged, licence))
    text = f"---\n{data.to_yaml()}\n---\n\n# {model_name}\n\n{body}\n"
    read: Any = ModelCard(text).data
    if read.base_model != data.base_model or len(read.eval_results or []) != len(results):
        raise AssayError(
            "the model card does not read back as it was written", fix="report it, with `assay doctor`"
        )
    return text


def _body(
    card: Mapping[str, Any],
    form: Form,
    base: Mapping[str, Any],
    task: TaskCard | None,
    comparison: Mapping[str, Any] | None,
    judged: Mapping[str, Any] | None,
    licence: str | None,
) -> list[str]:
    """The card under its title, line by line."""
    lines = [for_markdown(task.behaviour, 2000), ""] if task else []
    lines += ["## What it is", "", f"- {for_markdown(card['title'])} (`{card['name']}`), form `{form}`"]
    lines += [
        f"- base model: `{published(base['name'])}`, SHA-256 of its weights `{base['sha256']}`",
        f"- gold version it was trained on: `{card['gold'] or 'not stated'}`, "
        f"{card['rows']['train']:,} training and {card['rows']['validation']:,} validation rows",
        f"- trained parameters: {card['trainable_parameters']:,}",
        f"- hyperparameters: `{canonical_json(card['hyperparameters'])}`",
        f"- seed {card['seed']}, threads {card['threads']}, "
        + ", ".join(f"{name} {version}" for name, version in sorted(card["versions"].items())),
    ]
    if shards := card.get("shards"):
        lines.append(
            f"- trained in {shards['count']} shards of {', '.join(f'{rows:,}' for rows in shards['rows'])} "
            f"rows ({for_markdown(shards['together'])}): taking a person out trains the shard anew that held "
            "the person, and ends in the same bytes as training everything anew"
        )
    lines += erasure_line(card)
    best = card["fitted"].get("best_epoch")
    lines += [f"- best epoch by validation rows: {best}"] if best else []
    lines += ["", "## How good it is", "", *_results(comparison, judged)]
    lines += ["", "## Limits", "", *[f"- {limit}" for limit in _limits(card, base, form)]]
    lines += ["", "## Licence and review", "", *_licences(task, licence), "", "## How to load it", ""]
    return lines + _loading(card, base, form)


def _judged(card: Mapping[str, Any], comparison: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The system's part of an evaluation of the same gold version."""
    if comparison is None or comparison["gold"] != card["gold"]:
        return None
    found: Mapping[str, Any] | None = next(
        (one for one in comparison["systems"] if one["name"] == card["name"]), None
    )
    return found


def _results(comparison: Mapping[str, Any] | None, judged: Mapping[str, Any] | None) -> list[str]:
    """Every system's metrics with intervals, and the verdict."""
    if comparison is None or not judged:
        return ["It has not been evaluated on this gold version: `assay evaluate`."]
    titles = comparison["metrics"]
    share = f"{comparison['params']['confidence']:.0%}"
    lines = [
        f"On {comparison['rows']['test']:,} held-out rows ({comparison['test_clusters']:,} independent "
        f"groups), with {share} intervals that respect groups, beside every simpler system on the same rows:",
        "",
        f"| system | {' | '.join(for_markdown(title) for title in titles.values())} |",
        f"|---|{'---|' * len(titles)}",
    ]
    metric = comparison["metric"]["name"]
    for one in sorted(comparison["systems"], key=lambda one: -one[metric]["point"]):
        mark = "**" if one["name"] == judged["name"] else ""
        cells = [
            f"{one[name]['point']:.3f} [{one[name]['low']:.3f}, {one[name]['high']:.3f}]" for name in titles
        ]
        lines.append(f"| {mark}{for_markdown(one['title'])}{mark} | {' | '.join(cells)} |")
    verdict = comparison["verdict"]
    lines += ["", f"Verdict: {for_markdown(verdict['headline'], 600)}."]
    lines += [f"- {for_markdown(reason, 900)}" for reason in verdict["reasons"]]
    return lines


def _limits(card: Mapping[str, Any], base: Mapping[str, Any], form: Form) -> list[str]:
    limits = []
    if base.get("note"):
        limits.append(
            f"The base is not the published model to the last digit: {plain(base['note'])}."
            + (
                " On the published 16-bit weights the adapter answers a little differently: the merged form "
                "is the model that was judged."
                if form == "adapter"
                else ""
            )
        )
    if form == "gguf":
        limits.append("Matrices are float16; the evaluation was made in float32 or bfloat16.")
    if "retrieved" in card["name"]:
        limits.append(
            "It was judged with similar training rows before each text. These are data of the project and "
            "are not in this folder: without them it answers as the adapter alone does."
        )
    if card["labels"]:
        limits.append("It knows the labels of its task card and no others; whatever the text, it names one.")
    limits.append(
        "It learned a behaviour on these rows, not facts: it may repeat what it has read, and invent what it "
        "has not."
    )
    return limits


def _licences(task: TaskCard | None, licence: str | None) -> list[str]:
    lines = [f"- base model: {plain(licence) if licence else 'not stated where it was found: ask'}"]
    for name, source in sorted((task.sources if task else {}).items()):
        stated = "not stated" if source.licence == BLANK else for_markdown(source.licence)
        basis = "not stated" if source.lawful_basis == BLANK else for_markdown(source.lawful_basis, 300)
        lines.append(f"- source {for_markdown(name)}: licence {stated}; lawful basis: {basis}")
    if task is not None:
        owner = "not named" if task.owner == BLANK else for_markdown(task.owner)
        lines.append(f"- owner: {owner}")
        lines.append(f"- next review: {task.review.next if task.review else 'not set'}")
    return lines


def _loading(card: Mapping[str, Any], base: Mapping[str, Any], form: Form) -> list[str]:
    """The lines that load it."""
    name = published(base["name"])
    auto = "AutoModel" if card.get("encoder") and not card.get("base") else "AutoModelForCausalLM"
    if form == "gguf":
        return [
            "```sh",
            'llama-cli -m model.gguf --jinja -sys "$(jq -r .system prompt.json)"   # llama.cpp',
            "ollama create NAME -f Modelfile && ollama run NAME",
            "```",
        ]
    lines = ["```python"]
    if form == "adapter":
        lines += [
            "from peft import PeftModel",
            f"from transformers import {auto}, AutoTokenizer",
            f'model = PeftModel.from_pretrained({auto}.from_pretrained("{name}"), ".").eval()',
        ]
    else:
        lines += [
            f"from transformers import {auto}, AutoTokenizer",
            f'model = {auto}.from_pretrained(".").eval()',
        ]
    lines.append('tokenizer = AutoTokenizer.from_pretrained(".")')
    lines += _HEAD if auto == "AutoModel" else _ASKED
    lines.append("```")
    if form == "merged" and auto == "AutoModelForCausalLM":
        lines += [
            "",
            "```sh",
            "vllm serve .                                            # vLLM",
            "ollama create NAME -f Modelfile && ollama run NAME      # Ollama",
            "python convert_hf_to_gguf.py . --outfile model.gguf     # llama.cpp's own converter",
            "```",
        ]
    return lines


_ASKED = [
    "import json, pathlib",
    'system = json.loads(pathlib.Path("prompt.json").read_text())["system"]',
    'turns = [{"role": "system", "content": system}, {"role": "user", "content": TEXT}]',
    "ids = tokenizer.apply_chat_template("
    'turns, add_generation_prompt=True, return_tensors="pt", return_dict=True)',
    "answer = model.generate(**ids, max_new_tokens=256, do_sample=False)[0, ids['input_ids'].shape[1]:]",
    "print(tokenizer.decode(answer, skip_special_tokens=True))",
]
_HEAD = [
    "import json, pathlib, torch",
    "from safetensors.torch import load_file",
    'head, labels = load_file("head.safetensors"), json.loads(pathlib.Path("labels.json").read_text())',
    'ids = tokenizer([TEXT], truncation=True, return_tensors="pt")',
    "hidden, mask = model(**ids).last_hidden_state, ids['attention_mask'][..., None]",
    "vector = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1))",
    "print(labels[int((vector @ head['weight'].T + head['bias']).argmax())])",
]


def base_of(card: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a system stands on: a language model before an encoder."""
    base: Mapping[str, Any] = card.get("base") or card.get("encoder") or {}
    known = {"all-MiniLM-L6-v2": "sentence-transformers/all-MiniLM-L6-v2"}
    known["SmolLM2-135M-Instruct"] = "HuggingFaceTB/SmolLM2-135M-Instruct"
    return {**base, "name": known.get(base.get("name", ""), base.get("name", "unknown"))}


def licence_of(base: Mapping[str, Any]) -> str | None:
    """The licence of a base model: known, or as the README in its folder states; None if neither says."""
    name = base["name"]
    if name in _LICENCES:
        return _LICENCES[name]
    readme = Path(name) / "README.md"
    if not readme.is_file():
        return None
    from huggingface_hub import ModelCard

    try:
        stated = ModelCard(readme.read_text(encoding="utf-8")).data.get("license")
    except (OSError, ValueError):
        return None
    return stated if isinstance(stated, str) and re.fullmatch(r"[\w.+-]{1,60}", stated) else None


def slug(name: str) -> str:
    """A name of letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"
