"""The files of a gold version, and whether they are still what was published.

Nothing here loads polars: the digests are begun on a thread before it is loaded, and both go on side by side.
1 GB takes one to two seconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Read at a time: after each read and digest the thread waits for Python's lock, for some milliseconds while
# modules are loaded.
BLOCK = 16 << 20


def folder_files(folder: Path) -> dict[str, Path]:
    """The files of a gold folder by name."""
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}


def as_published(files: Mapping[str, Path]) -> Callable[[], bool]:
    """Begin to ask whether every Parquet file has the digest (BLAKE2b, 32 bytes) that `publish` wrote into
    the manifest; call for the answer.
    """
    thread = ThreadPoolExecutor(1)
    begun = thread.submit(_as_published, files)
    thread.shutdown(wait=False)
    return begun.result


def _as_published(files: Mapping[str, Path]) -> bool:
    try:
        manifest = json.loads(files["manifest.json"].read_text(encoding="utf-8"))
    except (KeyError, ValueError, RecursionError):
        return False
    stated = manifest.get("files") if isinstance(manifest, Mapping) else None
    tables = {name: path for name, path in files.items() if name.endswith(".parquet")}
    if not isinstance(stated, Mapping) or set(stated) != set(tables):
        return False
    return all(stated[name] == _digest(path) for name, path in sorted(tables.items()))


def _digest(path: Path) -> str:
    state, block = hashlib.blake2b(digest_size=32), memoryview(bytearray(BLOCK))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            state.update(block[:size])
    return state.hexdigest()
