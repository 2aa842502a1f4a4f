"""Section `erasure` of params.yaml: what becomes of rows that merely mention a person, and of raw files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from curate.params import Params


class ErasureParams(Params):
    """Section `erasure` of params.yaml."""

    mentions: Literal["drop", "redact"] = Field(
        default="drop",
        description="rows that are not the person's own but speak of them: taken out whole, or kept without "
        "the value",
    )
    raw: Literal["edit", "ask"] = Field(
        default="edit",
        description="raw files of the project: their records are cut out, or the plan names the files and "
        "asks for it",
    )
