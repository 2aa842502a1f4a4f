"""`assay export`: a trained system in a form that other programs load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from governance.cli.rim import format_option

if TYPE_CHECKING:
    from train.export.run import Source

# Held-out inputs on which an exported model is tried.
_TRIED = 4


@click.command()
@click.argument("model")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--form",
    type=click.Choice(["adapter", "merged", "gguf"]),
    default="adapter",
    show_default=True,
    help="What is written.",
)
@click.option(
    "--numbers",
    type=click.Choice(["float32", "bfloat16", "float16"]),
    default="float32",
    show_default=True,
    help="Of merged weights.",
)
@click.option("--force", is_flag=True, help="Replace an earlier export in DIRECTORY.")
@format_option
def export(model: str, directory: Path, form: str, numbers: str, force: bool, shape: str) -> None:
    """Write fine-tuned MODEL into DIRECTORY, with a model card, once it has been tried.

    MODEL is a system of the project here (lm_lora) or the folder of one (models/lm_lora).

    \b
    adapter  LoRA weights and tokenizer; plain peft loads them on the base model
    merged   every weight as safetensors, with tokenizer and Modelfile: transformers, vLLM and Ollama load
             the folder; llama.cpp converts it with its convert_hf_to_gguf.py
    gguf     one float16 GGUF file and a Modelfile for llama.cpp and Ollama; only where the base model came
             as GGUF, as the embedded one does

    A fine-tuned encoder is written with its head (head.safetensors, labels.json); the card shows the lines
    that apply it. Training rows that a system shows as examples stay behind.

    The folder appears only after it has been loaded back and has answered a few rows as the system does. A
    model that was changed since it was trained is refused (exit code 1).

    \b
    Examples:
      assay export lm_lora out/adapter
      assay export lm_lora out/merged --form merged --numbers bfloat16
      assay export lm_lora out/gguf --form gguf && ollama create desk -f out/gguf/Modelfile
      assay export models/lora out/encoder --form merged --force
    """
    from dataclasses import asdict

    from governance.cli.rim import emit_json, progress_bar, say, stdout
    from train.export.run import export as write

    source = _source(model)
    with progress_bar("export") as progress:
        done = write(
            source,
            directory,
            form,  # type: ignore[arg-type]
            numbers=numbers,  # type: ignore[arg-type]
            force=force,
            progress=progress,
        )
    if not done.authenticated:
        say("export: NOT AUTHENTICATED: without the project's key only digests could be compared")
    if shape == "json":
        facts = {"folder": str(done.folder), "form": done.form, "files": done.files}
        emit_json({"schema": "assay.export/1", **facts, "compared": asdict(done.compared)})
        return
    compared = done.compared
    same = "" if compared.same_answers is None else f", {compared.same_answers} answered alike"
    stdout().print(
        f"{done.folder}: {len(done.files) + 1} files, form {done.form}; loaded back and tried on "
        f"{compared.rows} rows{same}, logits within {compared.difference:.0e}"
    )


def _source(model: str) -> Source:
    """The model that was named, with what its project knows of it."""
    import polars as pl

    from curate.documents import load_json
    from curate.errors import AssayError, GateFailed
    from curate.project import Project
    from curate.seal import key_here
    from curate.sealed_folder import folder_problem
    from governance.erasure.retrain import RETRAIN, must_retrain
    from train.export.run import Source

    folder = Path(model)
    try:
        project = Project.find(folder.resolve() if (folder / "model.json").exists() else None)
    except AssayError:
        if (folder / "model.json").exists():
            return Source(folder)
        raise
    if not (folder / "model.json").exists():
        folder = project.models / model
    if folder.resolve().parent != project.models.resolve():
        return Source(folder)
    if words := must_retrain(project, folder):
        raise GateFailed(f"{words}: it is not exported", fix=RETRAIN)
    key, path = key_here(project), project.reports / "evaluation" / "comparison.json"
    if path.exists() and (words := folder_problem(path.parent, key, "evaluation")):
        raise GateFailed(f"{words}: its figures are not put into a model card", fix="assay evaluate")
    test = project.gold / "test.parquet"
    texts = (
        pl.read_parquet(test, columns=["example_id", "input"]).sort("example_id")["input"].head(_TRIED)
        if test.exists()
        else pl.Series("input", [], dtype=pl.String)
    )
    return Source(
        folder,
        project.models,
        key,
        project.task,
        load_json(path) if path.exists() else None,
        tuple(texts.to_list()),
    )
