"""Swap two names of one file system in a single step, so that at no moment one of them is absent.

`renameat2` with RENAME_EXCHANGE on Linux (3.15 and later; ext4, XFS, Btrfs, tmpfs, overlayfs), `renamex_np`
with RENAME_SWAP on macOS (APFS). Python offers neither, so libc is called. Where the system or the file
system cannot, the caller is told.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

_AT_FDCWD = -100  # paths are relative to the working folder (linux/fcntl.h)
_EXCHANGE = 2  # RENAME_EXCHANGE (linux/fs.h) and RENAME_SWAP (sys/stdio.h of macOS) alike


def exchange(first: Path, second: Path) -> bool:
    """Swap what the two names stand for; False if that cannot be done in one step here."""
    library = _library()
    one, other = os.fsencode(first.absolute()), os.fsencode(second.absolute())
    if library is None:
        return False
    if sys.platform == "darwin":
        return bool(library.renamex_np(one, other, _EXCHANGE) == 0)
    return bool(library.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _EXCHANGE) == 0)


@cache
def _library() -> Any | None:
    name = "renamex_np" if sys.platform == "darwin" else "renameat2"
    try:
        library = ctypes.CDLL(None, use_errno=True)
        getattr(library, name)
    except (OSError, AttributeError, TypeError):  # Windows, musl before 1.2.5
        return None
    return library
