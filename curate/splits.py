"""The splits of a gold set: their names, in the order in which they are numbered, written and shown."""

from __future__ import annotations

from typing import Final

TRAIN: Final = "train"
VALIDATION: Final = "validation"
TEST: Final = "test"
SPLITS: Final[tuple[str, ...]] = (TRAIN, VALIDATION, TEST)
