"""A small project whose scan is written by hand: fast, and as hostile as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.examples import EXAMPLES, FINDINGS, conform
from curate.files import write_folder
from curate.pii.decisions import Verdict, append_verdicts
from curate.project import Project

# (entity, value number, row, score, verified)
Found = tuple[str, int, str, float, bool]
TASK = """
name: small
kind: rewriting
behaviour: write plainly
metric: {name: chrf, target: 0.5}
demo_key: a-demo-key-of-at-least-thirty-two-characters
"""


def value(n: int) -> str:
    return f"{n:024x}"


class Small:
    """The project and ways to change it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "task.yaml").write_text(TASK)
        self.params("{}")

    @property
    def project(self) -> Project:
        return Project(self.root)

    def params(self, text: str) -> None:
        (self.root / "params.yaml").write_text(text)

    def scan(self, found: Sequence[Found], source: str = "desk") -> None:
        rows = sorted({row for _, _, row, _, _ in found} | {"clean"})
        examples = pl.DataFrame(
            [{"example_id": row, "input": "CANARY text", "source": source, "held_out": False} for row in rows]
        )
        findings = [
            {
                "finding_id": value(1000 + at),
                "value_id": value(n),
                "example_id": row,
                "field": "input",
                "entity": entity,
                "start": at,
                "end": at + 1,
                "score": score,
                "detector": "test",
                "verified": verified,
            }
            for at, (entity, n, row, score, verified) in enumerate(found)
        ]
        write_folder(self.root / "data" / "ingest", {"examples": conform(examples, EXAMPLES)}, {})
        frame = pl.DataFrame(findings, schema=FINDINGS) if findings else FINDINGS.to_frame()
        write_folder(
            self.root / "data" / "scan", {"findings": frame}, {"report": {"key_id": self.project.key.key_id}}
        )

    def decide(self, n: int, word: Any, **other: Any) -> None:
        given: dict[str, Any] = {
            "value_id": value(n),
            "entity": "URL",
            "verdict": word,
            "reviewer": "Sam",
            "reason": "a shop",
            "date": "2026-01-01",
            "expires": None,
            "finding_id": None,
            "key_id": self.project.key.key_id,
        }
        append_verdicts(self.root, [Verdict(**given | other)])


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path)
