"""Shared by all tests: one torch thread, no network for hubs, no inherited key, no deadlines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A loaded machine is not a failure; and in CI the examples are the same each time, so that a build fails for
# what changed in it.
settings.register_profile("untimed", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("untimed")

os.environ.update(
    DVC_NO_ANALYTICS="1",
    HF_HUB_OFFLINE="1",
    HF_DATASETS_OFFLINE="1",
    TOKENIZERS_PARALLELISM="false",
    OMP_NUM_THREADS="1",
)
os.environ.pop("ASSAY_KEY", None)

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """The folder of public data sets beside the checkout; the test is skipped where it is absent."""
    if not SHARED.exists():
        pytest.skip("public data sets are not beside this checkout (../shared/data)")
    return SHARED
