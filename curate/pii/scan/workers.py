"""Processes that read texts, each with one detector: the same ones for patterns and for names, since each
takes seconds to start.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from curate.engine import Workers

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector

_worker: Detector | None = None


def workers_of(detector: Detector) -> Workers:
    """As many as the detector's parameters say."""
    return Workers(detector.params.processes, _start, detector.recipe)


def worker() -> Detector:
    """The detector of this process."""
    assert _worker is not None, "the pool's initializer has run"
    return _worker


def _start(*recipe: Any) -> None:
    global _worker
    from curate.pii.detect.detector import Detector

    _worker = Detector(*recipe)
    # What is loaded (Presidio, spaCy, telephone numbers' plans: a million objects) stays out of the garbage
    # collector's rounds, of which each takes as long as 2,000 texts.
    gc.freeze()
