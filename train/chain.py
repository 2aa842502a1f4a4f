"""What each model was made from, link by link, in one sealed document (`models/seal.json`, `chain`):

    base -> gold -> params -> adapter

the weights that were adapted, the gold version, section `train` of params.yaml, and the files that came of
it, each by its SHA-256 (gold by its content digest), and one SHA-256 over the four. `broken_links` compares
each with what lies here and names the one that differs.

It does not show that the training ran as the code says; whoever holds the key and has time trains again
(results are byte-identical).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curate.digests import sha256_of
from curate.errors import AssayError
from curate.files import canonical_json
from curate.project import Project
from curate.sealed_folder import sealed
from train.params import TrainParams

LINKS = ("base", "gold", "params", "adapter")


def params_digest(params: TrainParams) -> str:
    """SHA-256 of section `train`, without what stands at its default: a field that a later release adds is
    no change.
    """
    return _digest(params.model_dump(mode="json", exclude_defaults=True, exclude={"workers"}))


def chain_of(models: Path, files: Mapping[str, str], gold: str, params: TrainParams) -> dict[str, Any]:
    """The chain of every system in `models`.

    Parameters
    ----------
    files
        SHA-256 of every file of `models` by its path there.
    gold
        Content digest of the gold version.
    params
        As params.yaml has them.
    """
    chains: dict[str, Any] = {}
    for name in _systems(files):
        links = {
            "base": _base(json.loads((models / name / "model.json").read_text(encoding="utf-8"))),
            "gold": gold,
            "params": params_digest(params),
            "adapter": _digest(_files_of(name, files)),
        }
        chains[name] = {**links, "sha256": _digest(links)}
    return {"chain": chains}


def broken_links(project: Project) -> Iterator[tuple[str, str]]:
    """The links that differ from what lies here: a system, and in words how."""
    bases: dict[str, str | None] = {}
    for name, stated in chains(project).items():
        if not isinstance(stated, Mapping) or any(link not in stated for link in LINKS):
            yield name, "its chain lacks a link"
            continue
        if _digest({link: stated[link] for link in LINKS}) != stated.get("sha256"):
            yield name, "the links are not those that its SHA-256 was taken over"
        for link, words in (
            ("base", _base_differs(stated["base"], bases)),
            ("gold", _gold_differs(project, stated["gold"])),
            ("params", _params_differ(project, stated["params"])),
            ("adapter", _adapter_differs(project, name, stated["adapter"])),
        ):
            if words:
                yield name, f"link {link} differs: {words}"


def chains(project: Project) -> dict[str, Any]:
    """The sealed chains by system; none where an older assay wrote the seal."""
    found = sealed(project.models).get("chain")
    return found if isinstance(found, dict) else {}


def bases_not_here(project: Project) -> list[str]:
    """Base models that chains name and that cannot be compared, since they are not on this machine."""
    named = {
        (str(stated["base"].get("name")), bool(stated["base"].get("writes")))
        for stated in chains(project).values()
        if isinstance(stated, Mapping) and isinstance(stated.get("base"), Mapping)
    }
    return sorted(name for name, writes in named if _here(name, writes) is None)


def _base_differs(stated: Any, known: dict[str, str | None]) -> str:
    """In words; `known` keeps the digests that were taken, since systems share their base."""
    if not isinstance(stated, Mapping):
        return "" if stated is None else "it names no weights"
    name, wanted = str(stated.get("name")), str(stated.get("sha256"))
    if name not in known:
        known[name] = _here(name, bool(stated.get("writes")))
    here = known[name]
    if here is None or here == wanted:
        return ""
    return f"{name} has other weights here ({here[:12]}, not {wanted[:12]})"


def _gold_differs(project: Project, stated: Any) -> str:
    from curate.publish.gold import load_manifest

    try:
        here = str(load_manifest(project.gold)["content_digest"])
    except AssayError as error:
        return error.problem
    return "" if here == stated else f"trained on version {str(stated)[:12]}, and gold/ is {here[:12]}"


def _params_differ(project: Project, stated: Any) -> str:
    here = params_digest(project.params("train", TrainParams))
    return "" if here == stated else "section train of params.yaml has changed since"


def _adapter_differs(project: Project, name: str, stated: Any) -> str:
    folder = project.models / name
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    here = {path.relative_to(project.models).as_posix(): sha256_of(path) for path in paths}
    if _digest(here) == stated:
        return ""
    listed = sealed(project.models).get("files")
    known = _files_of(name, listed if isinstance(listed, dict) else {})
    changed = sorted(file for file in {*known, *here} if known.get(file) != here.get(file))
    return f"models/{changed[0]} changed" if changed else "the files of the model are others"


def _here(name: str, writes: bool) -> str | None:
    """SHA-256 of a base model's weights on this machine; None if it is not here."""
    try:
        if writes:
            from train.lm.base import base_digest

            return base_digest(name)
        from train.encoder import encoder_digest

        return encoder_digest(name)
    except (AssayError, ImportError, OSError):
        return None


def _base(card: Mapping[str, Any]) -> dict[str, Any] | None:
    """The weights that a system was made from, and whether they write; None for one made from nothing."""
    for found, writes in ((card.get("base"), True), (card.get("encoder"), False)):
        if found:
            return {"name": found["name"], "sha256": found["sha256"], "writes": writes}
    return None


def _systems(files: Mapping[str, str]) -> list[str]:
    return sorted(name.removesuffix("/model.json") for name in files if name.endswith("/model.json"))


def _files_of(name: str, files: Mapping[str, str]) -> dict[str, str]:
    return {file: digest for file, digest in files.items() if file.startswith(f"{name}/")}


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()
