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
        description="`local` (in memory), `stream` (partitions on disk), `daft` (on a Ray cluster), or "
        "`auto`: `stream` above a size that the command says",
    )

    rows: int | None = Field(
        default=None,
        ge=1,
        description="rows of a partition of `stream`: fewer take less memory and more time  [some 250,000]",
    )

    address: str | None = Field(
        default=None,
        description="of the Ray cluster of `daft`, such as host:6379; without one Ray is started here",
    )

    def settings(self, name: str) -> dict[str, Any]:
        """What the class of the engine called `name` is given."""
        given = {"rows": self.rows, "address": self.address if name == "daft" else None}
        return {name: value for name, value in given.items() if value is not None}

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        value = {"name": value} if isinstance(value, str) else value
        name = value.get("name", "auto") if isinstance(value, dict) else "auto"
        if name != "auto" and name not in ENGINES:
            raise ValueError(f"{name!r} is none of auto, {', '.join(ENGINES)}")
        return value
