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
    done = repo.cloud.pull([HashInfo("md5", digest) for digest in digests])
    if done.failed:
        sys.exit(f"{len(done.failed)} objects are not there")
with Repo() as repo:
    pull(sys.argv[1:])
    with open(repo.cache.local.oid_to_path(sys.argv[1])) as file:
        pull({entry["md5"] for entry in json.load(file)})
"""


def fetch_stored(root: Path, digest: str) -> None:
    """Fetch the folder that DVC calls `digest` into the cache, whichever commit names it.

    Raises
    ------
    AssayError
        If DVC is not installed, there is no remote, or the remote does not have it.
    """
    _asked(root, digest, _FETCH_STORED, digest)


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
