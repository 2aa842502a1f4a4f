"""`assay export`: check that a model is the one that was trained, write a form of it, and try what was written.

All or nothing: the folder appears once it has been loaded back by the plain libraries and has answered as the
system does. A model that is not as it was sealed is not exported, and a folder that this did not write is not
replaced.
"""  # noqa: E501

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from curate.errors import AssayError, GateFailed
from curate.files import replacing_folder, write_json, write_text
from curate.keys import Key
from curate.sealed_folder import folder_problem
from curate.stage import Progress
from curate.task import TaskCard
from curate.text import plain, shell_word
from train.export import card as cards
from train.export import gguf_file, modelfile
from train.export.forms import (
    Form,
    Numbers,
    merged_network,
    published,
    refuse_unfit,
    write_adapter,
    write_merged,
)
from train.export.verify import Compared, verify
from train.pretrained import file_sha256
from train.systems import load_system, read_card
from train.systems.adapted import Adapted

SCHEMA = "assay.export/1"
RECORD = "export.json"
_RETRAIN = "assay train   (or: dvc repro train)"
_STEPS = 4


@dataclass(frozen=True)
class Source:
    """A model, and what of its project goes into its card; outside a project there is only the folder.

    Parameters
    ----------
    folder
        One system's, with its `model.json`.
    models
        The sealed folder around it.
    key
        The project's; None where there is none to authenticate the seal with.
    texts
        A few inputs on which the exported model is tried.
    """

    folder: Path
    models: Path | None = None
    key: Key | None = None
    task: TaskCard | None = None
    comparison: dict[str, Any] | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """What was written, where, and how it compared with the system."""

    folder: Path
    form: Form
    files: dict[str, str]
    compared: Compared
    authenticated: bool


def export(
    source: Source,
    out: Path,
    form: Form = "adapter",
    *,
    numbers: Numbers = "float32",
    force: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write a form of a trained system.

    Parameters
    ----------
    numbers
        What merged weights are written as.
    force
        Replace what an earlier export left in `out`.

    Raises
    ------
    AssayError
        If there is no such form of it, `out` is not free, or what was written answers otherwise.
    GateFailed
        If the model is not the one that was sealed.
    """
    refuse_taken(out, source, force)
    if source.models is not None and (words := folder_problem(source.models, source.key, "models")):
        raise GateFailed(f"{words}: a changed model is not exported", fix=_RETRAIN)
    told = _Told(progress)
    system = load_system(source.folder)
    refuse_unfit(system, form)
    told.step()
    said = read_card(source.folder, ("name", "labels", "gold", "rows", "hyperparameters", "versions"))
    with replacing_folder(out) as fresh:
        _write(system, fresh, form, numbers, source)
        told.step()
        compared = verify(system, fresh, form, numbers, source.texts)  # type: ignore[arg-type]
        told.step()
        base = cards.base_of(said)
        readme = cards.model_card(said, form, source.task, source.comparison, cards.licence_of(base))
        write_text(fresh / cards.FILE, readme)
        for path in fresh.rglob("*.safetensors"):  # written for their owner alone
            path.chmod((fresh / cards.FILE).stat().st_mode)
        files = {
            path.relative_to(fresh).as_posix(): file_sha256(path)
            for path in sorted(fresh.rglob("*"))
            if path.is_file()
        }
        record = {
            "schema": SCHEMA,
            "form": form,
            "numbers": numbers if form == "merged" else "float16" if form == "gguf" else "float32",
            "system": said["name"],
            "gold": said["gold"],
            "base": {"name": published(base["name"]), "sha256": base["sha256"]},
            "compared": asdict(compared) | {"difference": float(f"{compared.difference:.1e}")},
            "files": files,
        }
        write_json(fresh / RECORD, record)
    told.step()
    return Exported(out, form, files, compared, source.models is not None and source.key is not None)


class _Told:
    """Steps done, for a bar."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress, self.done = progress, 0
        if progress:
            progress(0, _STEPS)

    def step(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, _STEPS)


def _write(system: Any, fresh: Path, form: Form, numbers: Numbers, source: Source) -> None:
    if form == "adapter":
        write_adapter(system, fresh)
        return
    if form == "merged":
        write_merged(system, fresh, numbers)
        if isinstance(system, Adapted):
            write_text(fresh / modelfile.FILE, modelfile.modelfile(system, "."))
        return
    name = f"{cards.slug(source.task.name) if source.task else 'assay'} {system.name}"
    gguf_file.write_gguf(system, merged_network(system, "float32"), fresh, name)
    write_text(fresh / modelfile.FILE, modelfile.modelfile(system, f"./{gguf_file.FILE}"))
    said = {"system": system.brief.system, "max_new_tokens": system.max_new_tokens}
    write_json(fresh / "prompt.json", said)


def refuse_taken(out: Path, source: Source, force: bool) -> None:
    """Fail where writing `out` would overwrite something that no export wrote.

    Raises
    ------
    AssayError
        Saying what lies there.
    """
    models = (source.models or source.folder).resolve()
    place = out.resolve()
    if place == models or place.is_relative_to(models) or models.is_relative_to(place):
        raise AssayError(
            f"{plain(str(out), 400)} is, holds or lies in the folder of trained models, which is sealed",
            fix="name another folder: assay export MODEL DIR",
        )
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise AssayError(f"{plain(str(out), 400)} is not a folder", fix="name a new one")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not _is_export(out):
        raise AssayError(
            f"{plain(str(out), 400)} holds files that no export wrote; they are not replaced",
            fix="name a new folder: assay export MODEL DIR",
        )
    if not force:
        raise AssayError(
            f"{plain(str(out), 400)} holds an earlier export",
            fix=f"assay export {shell_word(source.folder.name)} {shell_word(out)} --force",
        )


def _is_export(folder: Path) -> bool:
    """Whether everything in `folder` was written by an export."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        ours = {RECORD, *record["files"]} if record["schema"] == SCHEMA else set()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    return here <= ours
