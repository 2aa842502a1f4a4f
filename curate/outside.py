"""Files outside the project: read and written only where the person at the machine agrees.

`params.yaml`, `task.yaml` and the links in `data/` come with a clone, from whoever wrote it. A path that
leads out of the project could show a private file to a report, or have a stage write over a folder
elsewhere. So it is refused unless the environment, which no clone can set, names the folder:
`ASSAY_OUTSIDE=/data/exports`,
several divided as in `PATH`. The project's own DVC cache, to which DVC may link files, counts as inside.

Code is refused even inside: a file of Python that `params.yaml` names runs only where the environment names
it or its folder, `ASSAY_RUN=/data/project/rules.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

from curate.errors import AssayError
from curate.text import plain, shell_word

VARIABLE = "ASSAY_OUTSIDE"
CODE_VARIABLE = "ASSAY_RUN"
# The folders of a project that stages write to or read from.
FOLDERS = ("data", "gold", "models", "reports", "decisions", "records", ".assay")


def inside(root: Path, named: str | Path, *, by: str) -> Path:
    """The place that `named` means in the project at `root`, links followed.

    Parameters
    ----------
    by
        What names it, for the error: `ingest.path of params.yaml`.

    Raises
    ------
    AssayError
        If it lies outside the project and in no folder that the environment names.
    """
    path = root / Path(named).expanduser()
    real = path.resolve()
    caches = [folder / ".dvc" / "cache" for folder in (root, *root.parents) if (folder / ".dvc").is_dir()][:1]
    agreed = [Path(folder) for folder in os.environ.get(VARIABLE, "").split(os.pathsep) if folder]
    if any(real.is_relative_to(folder.resolve()) for folder in (root, *caches, *agreed)):
        return path
    raise AssayError(
        f"{by} leads out of the project, to {plain(str(real))}",
        fix=f"copy it into the project; or, if you mean it: export {VARIABLE}={shell_word(real.parent)}",
    )


def agreed_code(root: Path, named: str | Path, *, by: str) -> Path:
    """The file of code that `named` means in the project at `root`, where the person here agreed to it.

    Raises
    ------
    AssayError
        If the environment names neither the file nor a folder around it, or it lies outside the project.
    """
    path = inside(root, named, by=by)
    real = path.resolve()
    agreed = [Path(place) for place in os.environ.get(CODE_VARIABLE, "").split(os.pathsep) if place]
    if any(place.is_absolute() and real.is_relative_to(place.resolve()) for place in agreed):
        return path
    raise AssayError(
        f"{by} names {plain(str(named))}, which is code that would run on this machine, and nobody here has "
        f"agreed to it",
        fix=f"read it; then, if you trust it: export {CODE_VARIABLE}={shell_word(real)}",
    )


def refuse_links_out(root: Path) -> None:
    """Fail if a folder of the project is a link that leads out of it; see `inside`."""
    for name in FOLDERS:
        for path in (root / name, *sorted((root / name).glob("*"))):
            if path.is_symlink() and path.is_dir():
                inside(root, path, by=f"the link {plain(str(path.relative_to(root)))}")
