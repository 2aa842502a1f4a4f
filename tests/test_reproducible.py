"""Contract 3: the same input, parameters and seed give the same bytes, whatever the row order, threads or
hash seed.
"""

import random
from pathlib import Path

import polars as pl
import pytest

from curate.read import read_table
from tests.chain import outputs, run_stages, sample_project


def shuffled(raw: Path, seed: int) -> bytes:
    table = read_table(raw)
    order = random.Random(seed).sample(range(table.height), table.height)
    return table[order].write_csv().encode()


@pytest.mark.slow
def test_curation_is_byte_identical_for_shuffled_rows_other_threads_and_hash_seeds(tmp_path: Path) -> None:
    raw = sample_project(tmp_path / "raw") / "data" / "raw" / "tickets.csv"
    plain = tmp_path / "plain.csv"
    plain.write_bytes(shuffled(raw, 0))
    results = []
    for name, content, threads, hash_seed in (
        ("a", plain.read_bytes(), "1", "0"),
        ("b", shuffled(plain, 1), "2", "1"),
        ("c", shuffled(plain, 2), "2", "31337"),
    ):
        project = sample_project(tmp_path / name, content)
        run_stages(project, POLARS_MAX_THREADS=threads, PYTHONHASHSEED=hash_seed)
        results.append(outputs(project))
    for other in results[1:]:
        assert other.keys() == results[0].keys()
        assert [name for name in other if other[name] != results[0][name]] == []


@pytest.mark.slow
def test_a_second_run_over_its_own_outputs_changes_nothing(tmp_path: Path) -> None:
    project = sample_project(tmp_path)
    run_stages(project)
    first = outputs(project)
    run_stages(project)
    assert outputs(project) == first


@pytest.mark.slow
def test_every_row_is_published_or_explained(tmp_path: Path) -> None:
    project = sample_project(tmp_path)
    run_stages(project)
    gold = project / "gold"
    published = pl.concat(
        [
            pl.read_parquet(gold / f"{split}.parquet", columns=["example_id"])
            for split in ("train", "validation", "test")
        ]
    )
    ledger = pl.read_parquet(gold / "ledger.parquet")
    came_in = pl.concat(
        [
            pl.read_parquet(project / "data" / "ingest" / name, columns=["example_id"])
            for name in ("examples.parquet", "drops.parquet")
        ]
    )
    assert set(came_in["example_id"]) == set(published["example_id"]) | set(ledger["example_id"])
    assert not set(published["example_id"]) & set(ledger["example_id"])
    assert ledger["reason"].null_count() == 0
