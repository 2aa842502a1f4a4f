"""From a row, a version or a model to all that hangs on it: row -> versions -> models -> reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from curate.errors import AssayError
from curate.ids import private_id
from curate.project import Project
from curate.seal import key_here
from curate.shards import table_files
from curate.splits import SPLITS
from curate.text import plain, plural
from curate.versions.twins import Gone, read_erasures
from governance.lineage.history import stored_files
from governance.lineage.versions import GoldVersion, named, versions

Kind = Literal["row", "version", "model", "report"]


@dataclass(frozen=True)
class Node:
    """A thing: its kind, what to call it, and a few words on it."""

    kind: Kind
    name: str
    words: str = ""


@dataclass
class Trace:
    """Things and which became which, each once, in the order of the pipeline.

    Parameters
    ----------
    links
        Pairs of names: from, to.
    absent
        Versions that could not be looked into, since DVC's cache lacks them.
    """

    asked: str
    nodes: list[Node] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    absent: int = 0

    def add(self, node: Node, *after: str) -> None:
        """A thing, and what it was made from."""
        if all(node.name != known.name or node.kind != known.kind for known in self.nodes):
            self.nodes.append(node)
        for one in after:
            if (one, node.name) not in self.links:
                self.links.append((one, node.name))

    def document(self) -> dict[str, Any]:
        """JSON-safe."""
        return {
            "schema": "assay.lineage/1",
            "asked": self.asked,
            "nodes": [vars(node) for node in self.nodes],
            "links": [{"from": one, "to": other} for one, other in self.links],
            "versions_not_in_cache": self.absent,
        }


def trace(project: Project, name: str) -> Trace:
    """What hangs on the row, version or model called `name`.

    A version is named by its digest, a commit or a tag; a model by its system (`lora`), in every version that
    it was trained on; a row by its id or the beginning of one.

    Raises
    ------
    AssayError
        If nothing is called so, or several rows are.
    """
    all_versions = versions(project)
    found = Trace(name, absent=sum(not version.here for version in all_versions))
    if (version := named(all_versions, name)) is not None:
        _add_version(found, version, ())
        return found
    of_model = [version for version in all_versions if name in version.systems]
    if of_model:
        for version in of_model:
            _add_version(found, version, (), only=name)
        return found
    sightings = _row(project, all_versions, name)
    if not sightings:
        raise _nothing(project, name, found.absent)
    row = sightings[0][1]
    found.add(Node("row", row))
    for version, _, where in sightings:
        learned = "learned from" if where == "train" else f"in {where}"
        _add_version(found, version, (row,), words=learned, learned=where == "train")
    return found


def _nothing(project: Project, name: str, absent: int) -> AssayError:
    """What to say where nothing is called `name`: an erasure may have taken the row out since."""
    erasures, key = read_erasures(project.root), key_here(project)
    rewritten = plural(len(erasures.twins), "version")
    lacking = f"; {absent} versions are not in DVC's cache" if absent else ""
    fix = "assay versions, or: assay why ROW"
    if not erasures.rows:
        return AssayError(f"no row, version or model is called {plain(name)}{lacking}", fix=fix)
    fix = "assay erase --certificate   tells what was taken out and when"
    ids = [name, *private_id([name], key)] if key is not None else []
    if Gone(erasures, key).out(ids):
        return AssayError(
            f"the row {plain(name)} was taken out by an erasure: {rewritten} that held erased rows "
            f"{'was' if len(erasures.twins) == 1 else 'were'} rewritten without them, and models that "
            f"learned from it must be trained again",
            fix=fix,
        )
    may = (
        "no erased row has this id in full, but it may begin the id of one"
        if key is not None
        else "it may be one of them, which the project's key would tell"
    )
    rows = plural(len(erasures.rows), "row")
    return AssayError(
        f"no row, version or model is called {plain(name)}{lacking}; {rows} "
        f"{'was' if len(erasures.rows) == 1 else 'were'} taken out of {rewritten} by erasures: {may}",
        fix=fix,
    )


def _add_version(
    found: Trace,
    version: GoldVersion,
    after: Sequence[str],
    words: str = "",
    only: str = "",
    learned: bool = True,
) -> None:
    rows = f"{sum(version.rows.values()):,} rows" if version.rows else "not in DVC's cache"
    newest = version.commits[0]
    said = ", ".join(filter(None, [words, rows, newest.at[:10], *newest.tags, newest.commit[:10]]))
    found.add(Node("version", version.name, said), *after)
    if not learned:
        return
    for system in version.systems:
        if only in ("", system):
            found.add(Node("model", f"{system}@{version.name}", f"trained on {version.name}"), version.name)
    reports = tuple(dict.fromkeys(state.outputs.get("reports/evaluation", "") for state in version.commits))
    models = [f"{system}@{version.name}" for system in version.systems if only in ("", system)]
    for report in filter(None, reports):
        words = f"{version.openings} looks at the test rows" if version.openings else ""
        found.add(Node("report", f"evaluation {report[:12]}", words), *(models or [version.name]))


def _row(project: Project, found: Sequence[GoldVersion], name: str) -> list[tuple[GoldVersion, str, str]]:
    """Versions that hold the row, with its full id and its split, newest first."""
    sightings = []
    ids: set[str] = set()
    for version in found:
        if not version.here:
            continue
        files = stored_files(project.root, version.stored)
        if files is None:
            continue
        for split in SPLITS:
            near = (
                pl.scan_parquet(table_files(files, split), glob=False)
                .select("example_id")
                .filter(pl.col("example_id").str.starts_with(name))
                .collect()["example_id"]
                .to_list()
            )
            exact = [one for one in near if one == name] or near
            ids.update(exact)
            sightings += [(version, one, split) for one in exact]
    if len(ids) > 1 and name not in ids:
        raise AssayError(f"{plain(name)} means {len(ids)} rows", fix="give more of its id")
    return [sighting for sighting in sightings if name not in ids or sighting[1] == name]
