"""Section `engine` of `params.yaml`: where the stages run. It changes how long they take and nothing else."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from curate.engine import ENGINES
from curate.params import Params


class EngineParams(Params):
    """Where partitions are worked on; `engine: stream` is short for `engine: {name: stream}`."""

    name: str = Field(
        default="auto",
        description="`local` (in memory), `stream` (partitions on disk), or `auto`: `stream` above a size "
        "that the command says",
    )

    rows: int | None = Field(
        default=None,
        ge=1,
        description="rows of a partition of `stream`: fewer take less memory and more time  [some 250,000]",
    )

    def settings(self) -> dict[str, Any]:
        """What the engine's class is given."""
        return {} if self.rows is None else {"rows": self.rows}

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        value = {"name": value} if isinstance(value, str) else value
        name = value.get("name", "auto") if isinstance(value, dict) else "auto"
        if name != "auto" and name not in ENGINES:
            raise ValueError(f"{name!r} is none of auto, {', '.join(ENGINES)}")
        return value
