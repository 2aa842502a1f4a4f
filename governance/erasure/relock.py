"""`dvc.lock` after an erasure: gold is its twin, and stages whose output is gone have not run.

DVC writes the file anew at its next run; until then `dvc checkout` and `dvc pull` do not ask for what was
removed.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from curate.versions.locked import folder_md5
from curate.versions.revisions import OUTPUT


class _Dumper(yaml.SafeDumper):
    """Lists indented, as DVC writes them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def relock(text: str, gold: Path | None, removed: Collection[str]) -> str:
    """The lock file's text; unchanged where nothing of it is.

    Parameters
    ----------
    gold
        The twin that takes the place of gold; None if it stays.
    removed
        Files and folders that are gone from the work tree.
    """
    document = yaml.safe_load(text) or {}
    stages = document.get("stages") or {}
    before = yaml.safe_dump(document)
    for name in list(stages):
        outs = stages[name].get("outs") or []
        if any(_lost(str(out.get("path", "")), removed) for out in outs):
            del stages[name]
            continue
        for out in outs:
            if gold is not None and out.get("path") == OUTPUT:
                files = [path for path in gold.rglob("*") if path.is_file()]
                out["md5"] = folder_md5(gold)
                out["size"] = sum(path.stat().st_size for path in files)
                out["nfiles"] = len(files)
    if yaml.safe_dump(document) == before:
        return text
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def _lost(path: str, removed: Collection[str]) -> bool:
    return any(path == one or one.startswith(f"{path}/") or path.startswith(f"{one}/") for one in removed)
