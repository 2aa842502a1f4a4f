"""The lists of `words.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml


@cache
def words(key: str) -> tuple[str, ...]:
    """The list under `key`."""
    text = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))[key]
    separator = ";" if ";" in text else None
    return tuple(word.strip() for word in text.split(separator))
