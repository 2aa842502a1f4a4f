"""Search everything that git keeps: each object of the repository, loose or packed, reachable or not, and the
files beside them (logs, the index, messages).

One `git cat-file --batch-all-objects` streams all objects (40 to 100 MB/s of what they hold, which git
unpacks); only an object that begins as a wrapped file is laid down to be looked into. What clones hold cannot
be seen from here.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, cast

from curate.errors import AssayError
from curate.versions.revisions import git
from governance.erasure.forms import Needles
from governance.erasure.unpack import Found, search

_IN_MEMORY = 64 << 20


class _Object(io.RawIOBase):
    """One object's content within the stream of all."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self.stream, self.left = stream, size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        data = self.stream.read(wanted)
        if len(data) < wanted:
            raise AssayError("git stopped in the middle of an object", fix="git fsck")
        self.left -= len(data)
        return data


def git_objects(root: Path) -> Iterator[tuple[str, str, BinaryIO]]:
    """Every object as (id, kind, content, to be read before the next is asked for); none outside git.

    Raises
    ------
    AssayError
        If git fails or stops half-way.
    """
    if git(root, "rev-parse", "--git-dir") is None:
        return
    command = ["git", "cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        while head := process.stdout.readline():
            name, kind, *size = head.decode("ascii", "replace").split()
            if not size:
                raise AssayError(f"git cannot read the object {name[:10]}", fix="git fsck")
            content = _Object(process.stdout, int(size[0]))
            yield name, kind, cast(BinaryIO, content)
            while content.left:
                content.read(1 << 20)
            process.stdout.read(1)
    if process.returncode != 0:
        raise AssayError("git cannot list its objects", fix="git fsck")


def search_object(content: BinaryIO, needles: Needles) -> Found:
    """Which values stand in an object's content."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as laid:
        while piece := content.read(1 << 20):
            laid.write(piece)
        laid.seek(0)
        return search(cast(BinaryIO, laid), needles)


def paths_of(root: Path, names: set[str]) -> dict[str, str]:
    """A path under which git knows each object, where it does: from all that refs and logs reach."""
    if not names:
        return {}
    listing = git(root, "rev-list", "--objects", "--all", "--reflog") or ""
    known = (line.partition(" ") for line in listing.splitlines())
    return {name: path for name, _, path in known if name in names and path}


def git_files(root: Path) -> list[Path]:
    """Files of git's own folder beside its objects."""
    common = git(root, "rev-parse", "--path-format=absolute", "--git-common-dir")
    own = git(root, "rev-parse", "--path-format=absolute", "--git-dir")
    folders = sorted({Path(told.strip()) for told in (common, own) if told})
    found = {
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] != "objects"
    }
    return sorted(found)
