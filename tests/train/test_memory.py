"""The most memory of a piece of work: seen where it was taken, forgotten before the next."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from train.memory import peak_memory


@pytest.mark.skipif(sys.platform != "linux", reason="the mark is Linux's")
def test_memory_that_was_let_go_counts_in_its_block_alone() -> None:
    with peak_memory() as large:
        taken = np.ones(40_000_000)
        del taken
    with peak_memory() as small:
        pass
    if large.megabytes is None or small.megabytes is None:
        pytest.skip("the mark may not be set back here")
    assert large.megabytes > small.megabytes + 250
