"""Presidio imported the light way: 1 s in place of 5.

Presidio and thinc (spaCy's library) import torch and transformers wherever these are installed, only to offer
engines that a pattern scan does not use. So they are hidden during the import, which then goes as on a
machine without them.
"""

from __future__ import annotations

import sys

_HEAVY = ("torch", "transformers", "tensorflow", "gliner")


def import_presidio(*, light: bool) -> None:
    """Import `presidio_analyzer`; with `light`, without the deep-learning libraries (which stay importable
    afterwards).
    """
    hidden = [name for name in _HEAVY if light and name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        import presidio_analyzer  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]
