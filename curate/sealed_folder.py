"""A folder of results whose every file is named in a sealed list, `seal.json`.

What a gate believes (a trained system, an evaluation) lies in folders that DVC tracks by digests that anybody
can recompute. The list says which files the stage wrote, and its seal (`curate.seal`) that a holder of the
key ran it. Written without a key the list carries no seal: it shows accidents, and whoever asks with the key
is told.
Cost: each file is read once more, about a gigabyte a second.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from curate.digests import FIELD, SHA256, algorithm_of, digest_by
from curate.files import write_json
from curate.keys import Key
from curate.seal import problem, seal, standing

SEAL_FILE = "seal.json"
SCHEMA = "assay.seal/1"


def seal_folder(
    folder: Path,
    key: Key | None,
    kind: str,
    more: Callable[[dict[str, str]], dict[str, Any]] = lambda files: {},
) -> None:
    """Write `seal.json` over everything that stands in `folder`.

    Parameters
    ----------
    kind
        What the folder is, such as `models`.
    more
        What else the list says, of the digests of the files.
    """
    files = _digests(folder, SHA256)
    document: dict[str, Any] = {"schema": SCHEMA, FIELD: SHA256, "files": files, **more(files)}
    write_json(folder / SEAL_FILE, seal(document, key, kind) if key else document)


def folder_problem(folder: Path, key: Key | None, kind: str) -> str:
    """What is wrong with `folder` beside its list, in words; empty if it is as it was sealed.

    Without a key only the digests are compared.
    """
    try:
        document = json.loads((folder / SEAL_FILE).read_text(encoding="utf-8"))
        stated = dict(document["files"])
    except FileNotFoundError:
        return f"{folder} holds no {SEAL_FILE}: an older assay wrote it, or somebody else"
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"{folder / SEAL_FILE} is not a list of files"
    if key and (words := problem(standing(document, key, kind), str(folder / SEAL_FILE))):
        return words
    here = _digests(folder, algorithm_of(document))
    changed = sorted(name for name in {*stated, *here} if stated.get(name) != here.get(name))
    return f"{folder / changed[0]} is not the one that was sealed with {folder.name}/" if changed else ""


def sealed(folder: Path) -> dict[str, Any]:
    """What the list of `folder` says; nothing if there is none that can be read."""
    try:
        document = json.loads((folder / SEAL_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _digests(folder: Path, algorithm: str) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / SEAL_FILE)
    return {path.relative_to(folder).as_posix(): digest_by(algorithm, path) for path in paths}
