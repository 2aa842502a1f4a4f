"""The `ingest` section of `params.yaml`: which files, which columns, what to do where something is
missing.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from curate.params import DroppingParams, Params


class RawFile(Params):
    """One file of raw examples."""

    path: str = Field(description="relative to the project, or hf://owner/name@revision?split=train")
    source: str | None = Field(
        default=None, description="key into the task card's `sources`, for rows without a source of their own"
    )
    format: str = Field(
        default="auto",
        description="auto goes by the suffix; else csv, tsv, jsonl, json, parquet, arrow, dataset",
    )


class Columns(Params):
    """Where each field of an example stands: a column, or a dotted path into a nested one
    (`userInput.text`).
    """

    input: str | None = None
    output: str | tuple[str, ...] | None = Field(
        default=None, description="several columns become one JSON object (extraction)"
    )
    rejected: str | None = Field(default=None, description="preference only")
    messages: str | None = Field(default=None, description="chat turns: a list of {role, content}")
    id: str | None = Field(default=None, description="the declared key; without one, ids are content digests")
    group: str | None = Field(
        default=None, description="rows of one group (a thread, a customer) never straddle a split"
    )
    subject: str | None = Field(default=None, description="the person a row is about, for erasure")
    source: str | None = None
    language: str | None = None
    collected_at: str | None = None

    @field_validator("output", mode="before")
    @classmethod
    def _a_list_of_one_is_one(cls, value: object) -> object:
        return value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value


class Defaults(Params):
    """What stands where a row says nothing."""

    language: str | None = None
    source: str | None = Field(
        default=None, description="may be left out while the task card names one source only"
    )
    output: str | None = Field(
        default=None,
        description='for rows without an output, such as "[]" (extraction); null drops them as missing_output',  # noqa: E501
    )


class IngestParams(DroppingParams):
    """Parameters of `ingest`. Give `path` for one file, or `files` for several."""

    path: str | None = None
    files: tuple[RawFile, ...] = ()
    encoding: str = Field(default="utf-8", description="of text files")
    layout: Literal["auto", "flat", "prompt_completion", "messages"] = Field(
        default="auto", description="auto goes by the columns"
    )
    columns: Columns = Columns()
    defaults: Defaults = Defaults()
    on_duplicate_id: Literal["error", "number"] = Field(
        default="error", description="two rows with one declared key: stop, or append #2, #3, ..."
    )

    @model_validator(mode="after")
    def _names_its_files_once(self) -> IngestParams:
        if bool(self.path) == bool(self.files):
            raise ValueError("name the raw data once: `path` for one file, or `files` for several")
        return self

    def raw_files(self) -> tuple[RawFile, ...]:
        """The files, in one form."""
        return self.files or (RawFile(path=self.path or ""),)
