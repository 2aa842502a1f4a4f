"""Files outside the project: read and written only where the person at the machine agrees.

`params.yaml`, `task.yaml` and the links in `data/` come with a clone, from whoever wrote it. A path that
leads out of the project could show a private file to a report, or have a stage write over a folder
elsewhere. So it is refused unless the environment, which no clone can set, names the folder:
`ASSAY_OUTSIDE=/data/exports`,
several divided as in `PATH`. The project's own DVC cache, to which DVC may link files, counts as inside.
"""

from __future__ import annotations

import os
from pathlib import Path

from curate.errors import AssayError
from curate.text import plain, shell_word

VARIABLE = "ASSAY_OUTSIDE"
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


def refuse_links_out(root: Path) -> None:
    """Fail if a folder of the project is a link that leads out of it; see `inside`."""
    for name in FOLDERS:
        for path in (root / name, *sorted((root / name).glob("*"))):
            if path.is_symlink() and path.is_dir():
                inside(root, path, by=f"the link {plain(str(path.relative_to(root)))}")
