"""The floor of a rewriting: it copies, says so, and suits nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from curate.errors import AssayError
from curate.task import Kind
from train.params import TrainParams
from train.systems import Context, is_fine_tuned, load_system, make_system, read_card, save_system

from .conftest import toy_rows


def test_it_gives_texts_back_also_after_it_was_saved(tmp_path: Path) -> None:
    system = make_system("unchanged")
    system.fit(toy_rows(4), toy_rows(2), (), Context(TrainParams()))
    save_system(system, tmp_path / "unchanged", {"gold": ""})
    again = load_system(tmp_path / "unchanged")
    assert again.answer(["Ein Text", ""]) == ["Ein Text", ""] == system.write(["Ein Text", ""])
    assert not is_fine_tuned("unchanged") and read_card(tmp_path / "unchanged")["trainable_parameters"] == 0


def test_it_stands_beside_the_systems_of_a_rewriting_alone() -> None:
    assert TrainParams().suited(Kind.REWRITING).systems[0] == "unchanged"
    for kind in (Kind.CLASSIFICATION, Kind.EXTRACTION, Kind.SUMMARY, Kind.PREFERENCE):
        assert "unchanged" not in TrainParams().suited(kind).systems
        with pytest.raises(AssayError, match="only a rewriting"):
            TrainParams(systems=("unchanged", "prompt")).suited(kind)
