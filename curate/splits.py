"""The splits of a gold set: their names, in the order in which they are numbered, written and shown."""

from __future__ import annotations

from typing import Final, Literal

Split = Literal["train", "validation", "test"]

TRAIN: Final = "train"
VALIDATION: Final = "validation"
TEST: Final = "test"
SPLITS: Final[tuple[Split, ...]] = (TRAIN, VALIDATION, TEST)
