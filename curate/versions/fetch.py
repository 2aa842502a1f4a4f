"""Bring an output of an old revision from the DVC remote into DVC's cache, when the user asked for it.

DVC does it, in a process of its own: importing it takes a second, and nothing else here needs it. `dvc fetch`
has no option for one revision alone, so its Python interface is called, which has; the remotes are those of
today, for an old commit may know none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from curate.errors import AssayError
from curate.text import plain

_FETCH = """
import sys
from dvc.repo import Repo
target, commit = sys.argv[1:]
with Repo() as repo:
    repo.fetch(targets=[target], revs=[commit], workspace=False, config=repo.config)
"""


# The list first, then the files in it: DVC pulls what it is told, and no more.
_FETCH_STORED = """
import json, sys
from dvc.repo import Repo
from dvc_data.hashfile.hash_info import HashInfo
def pull(digests):
    return not repo.cloud.pull([HashInfo("md5", digest) for digest in digests]).failed
absent = 0
with Repo() as repo:
    for digest in sys.argv[1:]:
        if not pull([digest]):
            absent += 1
        elif digest.endswith(".dir"):
            with open(repo.cache.local.oid_to_path(digest)) as file:
                absent += not pull({entry["md5"] for entry in json.load(file)})
if absent:
    sys.exit(f"{absent} of {len(sys.argv) - 1} are not there")
"""


def fetch_stored(root: Path, *digests: str) -> None:
    """Fetch the folders and files that DVC calls `digests` into the cache, whichever commits name them.

    Raises
    ------
    AssayError
        If DVC is not installed, there is no remote, or the remote lacks one; the others were fetched.
    """
    _asked(root, digests[0] if len(digests) == 1 else "old versions", _FETCH_STORED, *digests)


def fetch_output(root: Path, commit: str, output: str) -> None:
    """Fetch `output` (relative to the project at `root`) as it stood at `commit`.

    Raises
    ------
    AssayError
        If DVC is not installed, there is no remote, or the remote does not have it; with DVC's own last word.
    """
    _asked(root, f"{output} of {commit[:10]}", _FETCH, output, commit)


def _asked(root: Path, what: str, code: str, *arguments: str) -> None:
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return
    said = (done.stderr.strip().splitlines() or ["no message"])[-1]
    if "No module named 'dvc'" in said:
        raise AssayError(
            "DVC is not installed, and --fetch asks it for an old version",
            fix="pip install 'assay[pipeline]'",
        )
    raise AssayError(
        f"DVC could not fetch {what}: {plain(said, 300)}",
        fix="dvc remote list; dvc doctor",
    )
