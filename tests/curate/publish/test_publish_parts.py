"""A version in parts, and by stretches of ids: the same rows, digests and bytes, whatever the engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.engine import using
from curate.engine.choose import chosen
from curate.errors import AssayError, GateFailed
from curate.examples import EXAMPLES
from curate.publish import stage
from curate.publish.digest import content_of, content_of_parts, marks
from curate.publish.gold import load_gold, verify_gold
from curate.publish.stage import run
from curate.shards import folder_files, table_files
from curate.splits import SPLITS
from tests.curate.publish.conftest import write_upstream


@pytest.fixture(autouse=True)
def few_params(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages' parameters are theirs to test."""
    monkeypatch.setattr(stage, "effective_params", lambda project: {"validate": {"rules": {}}})


def with_parts_of(project: Any, megabytes: float) -> None:
    path = project.root / "params.yaml"
    text = path.read_text().split("publish:")[0]
    path.write_text(f"{text}publish: {{shard_mb: {megabytes:f}}}\n")


def many(upstream: Any, rows: int) -> Any:
    """The pipeline's leavings of more rows; their ids have several lengths."""
    ids = [f"{'long-' * (row % 3)}{row}" for row in range(rows)]
    examples = pl.DataFrame(
        {
            "example_id": ids,
            "input": [f"ticket {row} " * (1 + row % 7) for row in range(rows)],
            "output": [("billing", "delivery")[row % 2] for row in range(rows)],
            "language": [("en", "de", None)[row % 3] for row in range(rows)],
            "group": [f"thread {row % 5}" for row in range(rows)],
            "held_out": False,
        }
    )
    absent = [pl.lit(None).alias(name) for name in EXAMPLES if name not in examples.columns]
    examples = examples.with_columns(absent).select(EXAMPLES.names()).cast(dict(EXAMPLES)).sort("example_id")
    sides = pl.Series([SPLITS[row % 3] for row in range(rows)])
    return type(upstream)(
        examples=examples,
        assignments=examples.select("example_id", split=sides),
        ingested=pl.concat(
            [examples, upstream.ingested.filter(pl.col("example_id").is_in(list("xyz")))]
        ).sort("example_id"),
        drops=upstream.drops,
        edits=upstream.edits.clear(),
        reports=upstream.reports,
    )


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in folder_files(folder).items()}


@pytest.mark.parametrize("megabytes", [512, 0.001, 0.0001])
def test_every_engine_and_cut_writes_the_same_bytes(
    project: Any, upstream: Any, tmp_path: Path, megabytes: float
) -> None:
    write_upstream(many(upstream, 60), project)
    with_parts_of(project, megabytes)
    run(project)
    expected = bytes_of(project.gold)
    for number, rows in enumerate((1, 7, 1000)):
        with using("stream", tmp_path / f"engine-{number}", rows=rows):
            run(project)
        assert bytes_of(project.gold) == expected
    assert ("train.parquet" in expected) == (megabytes == 512)


def test_digests_and_rows_do_not_follow_the_parts(project: Any, upstream: Any) -> None:
    write_upstream(many(upstream, 60), project)
    versions, parts = [], []
    for megabytes in (512, 0.001, 0.0001):
        with_parts_of(project, megabytes)
        run(project)
        gold = verify_gold(project.gold, project.key)
        unlike = ("files", "seal")
        manifest = {name: value for name, value in gold.manifest.items() if name not in unlike}
        versions.append((manifest, {name: frame.rows() for name, frame in gold.splits.items()}))
        parts.append(len(table_files(folder_files(project.gold), "train")))
        whole = pl.scan_parquet(project.gold / "train.parquet").collect()
        assert whole.equals(gold.train)
    assert all(version == versions[0] for version in versions)
    assert parts[0] == 1 and parts == sorted(set(parts)), parts


def test_the_card_names_the_parts_and_datasets_reads_them(
    project: Any, upstream: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    write_upstream(many(upstream, 60), project)
    with_parts_of(project, 0.0005)
    run(project)
    assert "path: train.parquet/*.parquet" in (project.gold / "README.md").read_text()
    loaded = datasets.load_dataset(str(project.gold), cache_dir=str(tmp_path / "cache"))
    gold = load_gold(project.gold)
    assert {name: loaded[name].num_rows for name in SPLITS} == {
        name: frame.height for name, frame in gold.splits.items()
    }
    assert loaded["train"]["example_id"][:] == gold.train["example_id"].to_list()


def test_a_part_that_was_changed_added_or_lost_is_told(project: Any, upstream: Any) -> None:
    write_upstream(many(upstream, 60), project)
    with_parts_of(project, 0.0005)
    run(project)
    first = project.gold / "train.parquet" / "part-00000.parquet"
    content = first.read_bytes()
    other = first.with_name("part-00001.parquet").read_bytes()
    first.write_bytes(other)
    with pytest.raises(GateFailed, match=r"part-00000\.parquet is not what the manifest says"):
        verify_gold(project.gold)
    first.write_bytes(content)
    verify_gold(project.gold)
    more = first.with_name("part-09999.parquet")
    more.write_bytes(other)
    with pytest.raises(GateFailed, match="was added after publishing"):
        verify_gold(project.gold)
    more.unlink()
    first.unlink()
    with pytest.raises((AssayError, GateFailed), match=r"part-00000\.parquet is gone"):
        verify_gold(project.gold)


@pytest.mark.parametrize("rows", [1, 4])
def test_what_does_not_fit_is_told_in_the_same_words_on_every_engine(
    project: Any, upstream: Any, tmp_path: Path, rows: int
) -> None:
    made = many(upstream, 60)
    wrong = type(made)(
        **{
            **vars(made),
            "assignments": made.assignments.with_columns(
                split=pl.when(pl.int_range(pl.len()) % 8 == 0).then(pl.lit("dev")).otherwise("split")
            ),
        }
    )
    write_upstream(wrong, project)
    with pytest.raises(AssayError) as local:
        run(project)
    with using("stream", tmp_path / "engine", rows=rows), pytest.raises(AssayError) as stream:
        run(project)
    assert stream.value.problem == local.value.problem and "8 rows in a split other" in local.value.problem


def test_a_content_digest_comes_out_of_parts_as_out_of_a_table(
    project: Any, upstream: Any, tmp_path: Path
) -> None:
    frame = many(upstream, 200).examples
    splits = {name: frame.filter(pl.int_range(pl.len()) % 3 == at) for at, name in enumerate(SPLITS)}
    marked = marks(splits).sort("example_id")
    for rows in (1, 9, 500):
        with using("stream", tmp_path / f"engine-{rows}", rows=rows) as engine:
            assert content_of_parts(engine.parts(marked), engine) == content_of(marks(splits))


KILLED = """
import os, signal, sys
from pathlib import Path
from curate.engine.choose import chosen
from curate.project import Project
from curate.publish import stage
root, at, calls = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
work = getattr(stage, at)
def dying(*arguments, **more):
    global calls
    calls -= 1
    if not calls:
        os.kill(os.getpid(), signal.SIGKILL)
    return work(*arguments, **more)
setattr(stage, at, dying)
with chosen("stream", lambda: 0, root / ".assay", settings={"rows": 7}):
    stage.run(Project(root))
"""


@pytest.mark.parametrize(("at", "calls"), [("content_of_parts", 1), ("write_parts", 3), ("seal", 1)])
def test_a_publication_that_is_killed_loses_nothing(project: Any, upstream: Any, at: str, calls: int) -> None:
    with_parts_of(project, 0.0005)
    write_upstream(many(upstream, 60), project)
    run(project)
    before = bytes_of(project.gold)
    write_upstream(many(upstream, 40), project)
    command = [sys.executable, "-c", KILLED, str(project.root), at, str(calls)]
    killed = subprocess.run(command, check=False, capture_output=True, env={**os.environ, "PYTHONPATH": "."})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert bytes_of(project.gold) == before
    assert list((project.root / ".assay").glob(".engine*"))
    with chosen("stream", lambda: 0, project.root / ".assay", settings={"rows": 7}):
        run(project)
    assert load_gold(project.gold).manifest["rows"] == 40
    left = [path.name for folder in (project.root, project.root / ".assay") for path in folder.glob(".*.*")]
    assert not [name for name in left if name.endswith((".new", ".old"))], left
