"""Digests of files by name of their algorithm: SHA-256, or the BLAKE2b that releases before it stated.

Nothing here loads polars, so that digests can be begun before it is. SHA-256 is what `sha256sum`, in-toto and
most auditors' tools take; where the processor has instructions for it, it is as fast.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# Read at a time: after each read and digest a thread waits for Python's lock, for some milliseconds while
# modules are loaded.
BLOCK = 16 << 20
SHA256 = "sha256"
# A document that states digests says by which algorithm; one without a word is of a release before SHA-256.
FIELD = "digests"
_ALGORITHMS: dict[str, Callable[[], Any]] = {
    SHA256: hashlib.sha256,
    "blake2b": lambda: hashlib.blake2b(digest_size=32),
}


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal; of a folder's files that of the list which `sha256sum *` prints
    in it, so that a table that lies in parts has one.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file())
        lines = "".join(f"{sha256_of(file)}  {file.name}\n" for file in files)
        return hashlib.sha256(lines.encode()).hexdigest()
    return digest_by(SHA256, path)


def digest_by(algorithm: str, path: Path) -> str:
    """Digest of a file's bytes, hexadecimal; of no algorithm that is not known, which fits no file."""
    if algorithm not in _ALGORITHMS:
        return ""
    state, block = _ALGORITHMS[algorithm](), memoryview(bytearray(min(BLOCK, path.stat().st_size + 1)))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            state.update(block[:size])
    return str(state.hexdigest())


def algorithm_of(document: Mapping[str, Any]) -> str:
    """By which algorithm a manifest or sealed list states the digests of its files."""
    return str(document.get(FIELD, "blake2b"))
