"""The engine as params.yaml names it, and as a file's size asks for it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from curate.engine import choose, current
from curate.engine.choose import by_size, chosen, size_of
from curate.engine.params import EngineParams
from curate.errors import AssayError
from curate.params import read_section


def test_params_name_an_engine_in_short_or_with_its_settings(tmp_path: Path) -> None:
    for text, name, settings in (
        ("split: {}", "auto", {}),
        ("engine: stream", "stream", {}),
        ("engine: {name: stream, rows: 100}", "stream", {"rows": 100}),
    ):
        (tmp_path / "params.yaml").write_text(text)
        params = read_section(tmp_path, "engine", EngineParams)
        assert (params.name, params.settings(name)) == (name, settings)
    (tmp_path / "params.yaml").write_text("engine: straem")
    with pytest.raises(AssayError, match="'straem' is none of auto, local, stream"):
        read_section(tmp_path, "engine", EngineParams)


def test_size_is_that_of_the_text_not_of_its_compression(tmp_path: Path) -> None:
    rows = pl.DataFrame({"text": [f"{number} {'a' * 1000}" for number in range(1000)]})
    rows.write_parquet(tmp_path / "rows.parquet", compression="zstd", use_pyarrow=False)
    rows.write_csv(tmp_path / "rows.csv")
    assert size_of(tmp_path / "rows.csv") == (tmp_path / "rows.csv").stat().st_size > 1_000_000
    assert size_of(tmp_path / "rows.parquet") > 900_000
    assert size_of(tmp_path / "absent") == 0
    assert (by_size(choose.LARGE), by_size(choose.LARGE + 1)) == ("local", "stream")


def test_auto_says_when_it_leaves_memory_and_sweeps_what_a_killed_run_left(tmp_path: Path) -> None:
    left = tmp_path / ".engine.999999-0.new"
    left.mkdir()
    (left / "0.arrow").write_text("a raw text")
    said: list[str] = []
    with chosen("auto", lambda: choose.LARGE + 1, tmp_path, said.append):
        assert current().name == "stream"
        assert not left.exists()
        [folder] = tmp_path.glob(".engine.*")
        assert folder.stat().st_mode & 0o077 == 0  # nobody else reads raw texts
    assert "2.1 GB" in said[0] and "--engine local" in said[0]
    assert not list(tmp_path.iterdir())
    with chosen("auto", lambda: 1, tmp_path, said.append):
        assert current().name == "local"
    assert len(said) == 1
