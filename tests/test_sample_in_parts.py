"""The sample project with gold in parts, end to end: digests, diff and what is trained are the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
import yaml

from curate.publish.gold import load_gold
from curate.shards import folder_files, table_names
from tests.chain import assay, run_stages, sample_project

pytestmark = pytest.mark.slow


def with_params(project: Path, section: str, value: object) -> None:
    path = project / "params.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), section: value}, sort_keys=False))


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_sample_in_parts_is_the_sample(tmp_path: Path) -> None:
    project, whole = sample_project(tmp_path / "p"), tmp_path / "whole"
    params = yaml.safe_load((project / "params.yaml").read_text())
    with_params(project, "train", {**params["train"], "systems": ["majority", "tfidf_lr"], "curve": None})
    with_params(project, "report", {key: value for key, value in params["report"].items() if key != "truth"})
    run_stages(project)
    shutil.copytree(project / "gold", whole)
    run_stages(project, ("train",))
    models = bytes_of(project / "models")

    with_params(project, "publish", {"shard_mb": 0.02})
    run_stages(project, ("publish", "train"))
    files = folder_files(project / "gold")
    assert all(len(table_names(files, table)) > 1 for table in ("train", "test", "fingerprints"))
    one, other = load_gold(whole), load_gold(project / "gold")
    assert one.manifest["content_digest"] == other.manifest["content_digest"]
    assert all(one.splits[name].equals(frame) for name, frame in other.splits.items())
    assert bytes_of(project / "models") == models

    gold = bytes_of(project / "gold")
    with_params(project, "engine", {"name": "stream", "rows": 17})
    run_stages(project, ("publish",))
    assert bytes_of(project / "gold") == gold

    diff = assay(project, "diff", str(whole), str(project / "gold"), "--format", "json", check=False)
    assert diff.returncode == 0, diff.stderr
    assert json.loads(diff.stdout)["changes"] == []
    row = pl.read_parquet(project / "gold" / "test.parquet")["example_id"][0]
    assert "gold/test.parquet" in assay(project, "why", row).stdout
    run_stages(project, ("evaluate", "report"))
    assert "Every row accounted for" in (project / "reports" / "index.html").read_text()
    assert assay(project, "verify", "gold", check=False).returncode == 0
