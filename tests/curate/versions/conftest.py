"""The small gold versions that the diff's tests use."""

from __future__ import annotations

from tests.curate.diff.conftest import make_gold as make_gold
