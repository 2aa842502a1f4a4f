"""No library asks the network unless a person named something remote.

The Hugging Face libraries look for updates, templates and repairs of models that lie on the disk: a model
card that names a hub model would send a query from whoever opens it. They know one switch, which they read
when they are imported; here it is set before that, and turned for the time of a block where the name of a hub
model or data set stands in the parameters or on the command line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Each is read by one of huggingface_hub, transformers and datasets.
_SWITCHES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
# Where they keep what they read.
_KEPT = (
    ("huggingface_hub.constants", "HF_HUB_OFFLINE"),
    ("datasets.config", "HF_HUB_OFFLINE"),
    ("datasets.config", "HF_DATASETS_OFFLINE"),
)
# What whoever started the process asked for: where it says offline, nothing turns it.
_ASKED = any(os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE") for name in _SWITCHES)


def stay_offline() -> None:
    """Let no Hugging Face library use the network until `network` allows it."""
    _turn(allowed=False)


@contextmanager
def network(*, allowed: bool) -> Iterator[None]:
    """Allow or forbid the Hugging Face libraries the network while the block runs."""
    before = {name: os.environ.get(name) for name in _SWITCHES}
    kept = {place: getattr(sys.modules.get(place[0]), place[1], None) for place in _KEPT}
    _turn(allowed=allowed and not _ASKED)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        for (module, name), state in kept.items():
            if state is not None:
                setattr(sys.modules[module], name, state)


def _turn(*, allowed: bool) -> None:
    for name in _SWITCHES:
        os.environ[name] = "0" if allowed else "1"
    for module, name in _KEPT:
        if hasattr(sys.modules.get(module), name):
            setattr(sys.modules[module], name, not allowed)
