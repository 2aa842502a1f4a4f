"""The `check` section of `params.yaml`."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params


class CheckParams(Params):
    """Section `check` of params.yaml."""

    skip: tuple[str, ...] = Field(
        default=(), description="gates not to judge, by the names `assay check` lists; the skip shows in git"
    )
