"""Render a plan and place it: the folder appears whole, or, if anything fails, is as it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.files import space_errors
from curate.keys import write_key
from curate.task import METRICS, Kind
from curate.text import plain
from governance.scaffold.plan import Plan

TEMPLATES = Path(__file__).parent
# template -> place in the project
FILES = {
    "task.yaml.txt": "task.yaml",
    "params.yaml.txt": "params.yaml",
    "dvc.yaml.txt": "dvc.yaml",
    "gitignore.txt": ".gitignore",
    "rawignore.txt": "data/raw/.gitignore",
    "gitattributes.txt": ".gitattributes",
    "dvcignore.txt": ".dvcignore",
    "README.md.txt": "README.md",
}
# What a folder may hold already: a fresh clone is a fine place to start.
_NOTHING = {".git"}


def be_free(folder: Path) -> None:
    """Fail unless `folder` is absent or empty (but for `.git`).

    Raises
    ------
    AssayError
        Saying what is in it.
    """
    if folder.exists() and not folder.is_dir():
        raise AssayError(f"{folder} is a file", fix="name a new folder: assay init NEW-DIR ...")
    entries = (
        sorted(entry.name for entry in folder.iterdir() if entry.name not in _NOTHING)
        if folder.is_dir()
        else []
    )
    if entries:
        shown = ", ".join(plain(name, 40) for name in entries[:8]) + (
            f" and {len(entries) - 8} more" if len(entries) > 8 else ""
        )
        raise AssayError(
            f"{folder} is not empty: it holds {shown}",
            fix="name a new folder: assay init NEW-DIR ...   (a new key only: assay init --new-key)",
        )


def write_project(plan: Plan, folder: Path) -> None:
    """Write the project of `plan` to `folder`, with copies of its raw files and a fresh key.

    Raises
    ------
    AssayError
        If the folder is not free or cannot be written.
    """
    be_free(folder)
    fresh = folder.parent / f".{folder.name}.{os.getpid()}.new"
    with space_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            fresh.mkdir()
            _fill(plan, fresh)
            _place(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _scan_language(languages: Sequence[str]) -> str:
    """`scan.language` for rows in these languages: those the detectors know, English first."""
    from curate.pii.detect.languages import LANGUAGES

    known = sorted(set(languages) & set(LANGUAGES), key=lambda tag: (tag != "en", tag)) or ["en"]
    return known[0] if len(known) == 1 else f"[{', '.join(known)}]"


def render(plan: Plan) -> dict[str, str]:
    """Every text file of the project, by its place."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )  # YAML and Markdown: values pass through the filters below
    environment.filters |= {"yaml": _flow, "block": _block}
    kind = Kind(plan.card["kind"])
    facts = {
        "card": plan.card,
        "ingest": plan.ingest,
        "ingest_lines": {
            name: value
            for name, value in plan.ingest.items()
            if name not in ("layout", "turns", "max_dropped")
        },
        "sources": plan.sources,
        "files": list(plan.copies),
        "metrics": METRICS[kind],
        "assumed_target": plan.assumed_target,
        "said": _SAID[kind],
        "labelled": kind is Kind.CLASSIFICATION,
        "title": plain(plan.card["name"], 100).replace("#", ""),
    }
    facts["scan_language"] = _scan_language(plan.card["languages"])
    return {target: environment.get_template(template).render(facts) for template, target in FILES.items()}


# Fields of the card that systems and their judge follow.
_SAID = {
    Kind.CLASSIFICATION: "[kind, behaviour, labels, prompt, metric]",
    Kind.EXTRACTION: "[kind, behaviour, output_schema, prompt, metric]",
    Kind.REWRITING: "[kind, behaviour, style, prompt, metric]",
    Kind.SUMMARY: "[kind, behaviour, sections, prompt, metric]",
    Kind.PREFERENCE: "[kind, behaviour, prompt, metric]",
}


def _flow(value: Any) -> str:
    """`value` as YAML on one line; text with line breaks of any kind (YAML 1.1 has five) is quoted and
    escaped.
    """
    import yaml

    breaks = (
        isinstance(value, str)
        and len(value.splitlines()) + value.endswith(("\n", "\r", "\x85", "\u2028", "\u2029")) > 1
    )
    style = {"default_style": '"', "allow_unicode": False} if breaks else {"allow_unicode": True}
    return str(
        yaml.safe_dump([value], default_flow_style=True, width=10**9, sort_keys=False, **style)
    ).strip()[1:-1]


def _block(value: Any) -> str:
    """`value` as indented YAML."""
    import yaml

    return str(yaml.safe_dump(value, allow_unicode=True, width=10**9, sort_keys=False)).rstrip()


def _fill(plan: Plan, fresh: Path) -> None:
    for target, text in render(plan).items():
        (fresh / target).parent.mkdir(parents=True, exist_ok=True)
        (fresh / target).write_text(text, encoding="utf-8")
    for name in ("decisions", "records"):
        (fresh / name).mkdir()
        (fresh / name / ".gitkeep").touch()
    for target, origin in plan.copies.items():
        if origin.is_dir():
            shutil.copytree(origin, fresh / target, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(origin, fresh / target)
    write_key(fresh)


def _place(fresh: Path, folder: Path) -> None:
    """Rename the fresh folder to its place, or move its entries into a folder that stands there (it may be
    the working folder).
    """
    if not folder.exists():
        fresh.rename(folder)
        return
    moved: list[Path] = []
    try:
        for entry in sorted(fresh.iterdir()):
            moved.append(entry.rename(folder / entry.name))
    except BaseException:
        for entry in moved:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        raise
