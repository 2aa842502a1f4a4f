"""Several teachers' opinions of the same rows become one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recipes.name_tagger.opinions import agreed, of_teacher
from recipes.name_tagger.rows import Row

ROWS = [Row("Please ask Priya Raman about it", []), Row("", []), Row("my parcel is late", [])]


def test_what_all_think_stays_and_what_one_thinks_is_tempered() -> None:
    sure, unsure = (
        np.array([[9.0, 0.0], [0.0, 9.0]], np.float32),
        np.array([[9.0, 0.0], [0.0, 0.0]], np.float32),
    )
    (both,) = agreed([[sure], [unsure]])
    shares = np.exp(both)
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-3)
    assert shares[0, 0] > 0.99
    assert shares[1, 1] == pytest.approx((np.exp(9) / (1 + np.exp(9)) + 0.5) / 2, abs=1e-3)


def test_a_teachers_opinion_of_other_rows_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(
        tmp_path / "taught-3.npz", logits=np.zeros((5, 5), np.float16), lengths=np.array([2, 3])
    )
    assert [len(row) for row in of_teacher(tmp_path / "taught-3.npz", ROWS[:2])] == [2, 3]
    with pytest.raises(AssertionError, match="another recipe"):
        of_teacher(tmp_path / "taught-3.npz", ROWS)
    with pytest.raises(AssertionError, match=r"missing: python -m recipes\.name_tagger\.teach --seed 4"):
        of_teacher(tmp_path / "taught-4.npz", ROWS)
