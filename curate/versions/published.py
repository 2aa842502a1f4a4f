"""The files of a gold version, and whether they are still what was published.

Nothing here loads polars: the digests are begun on a thread before it is loaded, and both go on side by side.
1 GB takes one to two seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from curate.digests import algorithm_of, digest_by

MANIFEST = "manifest.json"


def changed_since(files: Mapping[str, Path]) -> Callable[[], tuple[str, ...] | None]:
    """Begin to ask which files have another digest than `publish` wrote into the manifest, are not named by
    it, or are gone; call for their names, None where the manifest states no digests.
    """
    thread = ThreadPoolExecutor(1)
    begun = thread.submit(_changed, files)
    thread.shutdown(wait=False)
    return begun.result


def _changed(files: Mapping[str, Path]) -> tuple[str, ...] | None:
    try:
        manifest = json.loads(files[MANIFEST].read_text(encoding="utf-8"))
    except (KeyError, ValueError, RecursionError):
        return None
    stated = manifest.get("files") if isinstance(manifest, Mapping) else None
    if not isinstance(stated, Mapping) or not stated:
        return None
    # Older versions state the digests of their tables alone.
    whole = any(not name.endswith(".parquet") for name in stated)
    here = {name: path for name, path in files.items() if whole or name.endswith(".parquet")}
    here.pop(MANIFEST, None)
    algorithm = algorithm_of(manifest)
    return tuple(
        name
        for name in sorted({*stated, *here})
        if name not in stated or name not in here or stated[name] != digest_by(algorithm, here[name])
    )
