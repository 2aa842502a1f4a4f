"""One detector of patterns for all tests here (it takes a second or two to build), a key, and a maker of
examples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from curate.examples import EXAMPLES, conform
from curate.keys import Key


@pytest.fixture(scope="session")
def detector() -> Any:
    from curate.pii.detect.detector import Detector
    from curate.pii.detect.params import ScanParams

    return Detector(ScanParams(ner=None))


@pytest.fixture(scope="session")
def key() -> Key:
    return Key(b"k" * 32, "demo")


@pytest.fixture(scope="session")
def found(detector: Any) -> Callable[[str], list[tuple[str, str]]]:
    """`found(text)` -> [(entity, value), ...] in reading order, dates left out."""
    return lambda text: [
        (hit.entity, text[hit.start : hit.end]) for hit in detector.find(text) if hit.entity != "DATE_TIME"
    ]


@pytest.fixture
def examples() -> Callable[..., pl.DataFrame]:
    def make(*rows: dict[str, Any]) -> pl.DataFrame:
        given = [
            {
                "example_id": f"r{at}",
                "input": "",
                "output": "label",
                "source": "export",
                "held_out": False,
                **row,
            }
            for at, row in enumerate(rows)
        ]
        return conform(
            pl.DataFrame(given, schema_overrides={"rejected": pl.String, "language": pl.String}), EXAMPLES
        )

    return make
