"""Work done in processes of its own: what comes back, what an error does, and a process that was killed."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from curate.errors import AssayError
from train.judge.side_by_side import side_by_side


def square(number: int) -> int:
    """Slowest first, so that the ends come in another order than the beginnings."""
    time.sleep(0.05 * (3 - number))
    return number * number


def refuse() -> int:
    raise AssayError("a model is damaged", fix="assay train")


def die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def wait_and_leave(path: Path) -> int:
    time.sleep(30)
    path.touch()
    return 0


def test_results_come_in_the_order_of_the_pieces_whatever_the_processes() -> None:
    told: list[int] = []
    pieces = [partial(square, number) for number in range(4)]
    assert side_by_side(pieces, 2, told.append) == [0, 1, 4, 9] == side_by_side(pieces, 1)
    assert told[-1] == 4 and told == sorted(told)
    assert side_by_side([], 2) == []


def test_an_error_is_the_one_that_was_raised_and_stops_the_others(tmp_path: Path) -> None:
    start = time.perf_counter()
    with pytest.raises(AssayError, match="a model is damaged") as raised:
        side_by_side([partial(wait_and_leave, tmp_path / "late"), refuse], 2)
    assert raised.value.fix == "assay train"
    assert time.perf_counter() - start < 20 and not (tmp_path / "late").exists()


def test_a_process_that_was_killed_is_told_with_the_way_out() -> None:
    with pytest.raises(AssayError, match="not enough memory") as raised:
        side_by_side([die, partial(square, 3)], 2)
    assert "evaluate.workers" in raised.value.fix
