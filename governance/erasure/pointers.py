"""What DVC keeps by a `.dvc` file: raw data, as `assay init` makes it. The file is committed and names its
data by digest, so whoever edits the data writes it anew; else git would go on naming what was removed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.strict_yaml import NotYaml, parse_yaml
from curate.versions.locked import file_md5, folder_md5
from curate.versions.revisions import git

# What a `.dvc` file says of the old content alone: its versions in a bucket.
_OF_OLD = ("cloud", "files", "version_id", "etag")


@dataclass(frozen=True)
class Pointer:
    """An output that a `.dvc` file names.

    Parameters
    ----------
    file, out
        The `.dvc` file and what it keeps, as paths in the project.
    digest
        Of that, as DVC writes it; ends in `.dir` for a folder.
    imported
        Whether DVC brings it from elsewhere (`dvc import`), and would again.
    """

    file: str
    out: str
    digest: str
    imported: bool

    def covers(self, path: str) -> bool:
        """Whether the file at a path of the project is kept by it."""
        return path == self.out or path.startswith(f"{self.out}/")


def pointers(root: Path) -> tuple[Pointer, ...]:
    """Those of the work tree, by file; what git ignores is passed over, and what is damaged."""
    told = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.dvc") or ""
    found: dict[Pointer, None] = {}
    for file in sorted(set(filter(None, told.split("\0")))):
        with suppress(OSError, NotYaml, UnicodeDecodeError):
            found.update(dict.fromkeys(_named(file, (root / file).read_text(encoding="utf-8"))))
    return tuple(found)


def _named(file: str, text: str) -> Iterator[Pointer]:
    given: Any = parse_yaml(text)
    if not isinstance(given, dict):
        return
    folder = Path(file).parent / str(given.get("wdir") or "")
    for out in given.get("outs") or []:
        if isinstance(out, dict) and out.get("path") and out.get("md5"):
            place = Path(os.path.normpath(folder / str(out["path"]))).as_posix()
            yield Pointer(file, place, str(out["md5"]), bool(given.get("deps")))


def listed_in(root: Path, pointer: Pointer, names: Collection[str]) -> list[str]:
    """Files of the project that are here and kept by a pointer: those of the folder's list (`names`, if it is
    known), else all.
    """
    if not pointer.digest.endswith(".dir"):
        return [pointer.out] if (root / pointer.out).is_file() else []
    inner = names or [
        path.relative_to(root / pointer.out).as_posix()
        for path in sorted((root / pointer.out).rglob("*"))
        if path.is_file()
    ]
    return [f"{pointer.out}/{name}" for name in sorted(inner) if (root / pointer.out / name).is_file()]


def make_ready(
    root: Path, pointer: Pointer, files: Collection[str], edits: Mapping[str, Path], to: Path
) -> str:
    """Lay out at `to` what the pointer is to keep: its files as they are, the edited ones as edited.

    Returns
    -------
    str
        Its digest as DVC writes it.
    """
    for file in files:
        place = to / Path(file).relative_to(pointer.out) if file != pointer.out else to
        place.parent.mkdir(parents=True, exist_ok=True)
        if file in edits:
            shutil.copyfile(edits[file], place)
        else:
            _linked((root / file).resolve(), place)
    return folder_md5(to) if to.is_dir() else file_md5(to)


def _linked(source: Path, place: Path) -> None:
    """A second name of a file that is only read, so that a large folder is not copied; a copy where the
    file system has no such names.
    """
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)


def repointed(text: str, pointer: Pointer, digest: str, ready: Path) -> str:
    """The text of a `.dvc` file that names new content; comments and all else stay.

    Raises
    ------
    AssayError
        If the output does not stand in it.
    """
    from dvc.utils.serialize import dumps_yaml, parse_yaml_for_update

    document = parse_yaml_for_update(text, pointer.file)
    document.pop("md5", None)  # DVC 1 wrote one of the file itself
    for out in document["outs"]:
        if out.get("md5") != pointer.digest:
            continue
        files = [path for path in ready.rglob("*") if path.is_file()] if ready.is_dir() else [ready]
        out["md5"] = digest
        out["size"] = sum(path.stat().st_size for path in files)
        if ready.is_dir():
            out["nfiles"] = len(files)
        out["hash"] = "md5"
        for name in _OF_OLD:
            out.pop(name, None)
        return str(dumps_yaml(document))
    raise AssayError(f"{pointer.file} changed while it was read", fix="the same command again")
