"""The `ingest` section of `params.yaml`: which files, which columns, what to do where something is
missing.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from curate.ingest.template import template_columns
from curate.params import DroppingParams, Params

LayoutName = Literal[
    "auto",
    "flat",
    "messages",
    "openai_chat",
    "openai_preference",
    "sharegpt",
    "sharegpt_preference",
    "alpaca",
    "alpaca_preference",
    "prompt_completion",
    "preference",
    "kto",
    "label_studio",
    "label_studio_min",
    "argilla",
]


class RawFile(Params):
    """One file of raw examples."""

    path: str = Field(
        description="a file, a folder or a glob of shards, relative to the project; an address such as "
        "s3://bucket/folder; or hf://owner/name@revision?split=train"
    )
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

    input: str | tuple[str, ...] | None = Field(
        default=None, description="several columns become one text, by `ingest.input_template`"
    )
    output: str | tuple[str, ...] | None = Field(
        default=None, description="several columns become one JSON object (extraction)"
    )
    rejected: str | None = Field(default=None, description="preference only")
    messages: str | None = Field(default=None, description="chat turns: a list of {role, content}")
    system: str | None = Field(default=None, description="a system prompt, which opens the input")
    tools: str | None = Field(default=None, description="the tools on offer, which open the input as JSON")
    history: str | None = Field(default=None, description="earlier turns: a list of [question, answer]")
    desirable: str | None = Field(
        default=None, description="true or false (KTO): rows with false are dropped, for they are bad answers"
    )
    media: tuple[str, ...] = Field(
        default=(), description="images, sound, video: a row that has some is dropped, for a text lacks them"
    )
    id: str | None = Field(default=None, description="the declared key; without one, ids are content digests")
    group: str | None = Field(
        default=None, description="rows of one group (a thread, a customer) never straddle a split"
    )
    subject: str | None = Field(default=None, description="the person a row is about, for erasure")
    source: str | None = None
    language: str | None = None
    collected_at: str | None = None

    @field_validator("input", "output", mode="before")
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
        description='for rows without an output, such as "[]" (extraction); null drops them as '
        "missing_output",
    )


class IngestParams(DroppingParams):
    """Parameters of `ingest`. Give `path` for one file, or `files` for several."""

    path: str | None = None
    files: tuple[RawFile, ...] = ()
    encoding: str = Field(default="utf-8", description="of text files")
    delimiter: str | None = Field(
        default=None,
        description="between the fields of CSV and TSV files: one sign, or tab, comma, semicolon, pipe; null "
        "reads it off the header and the first records",
    )
    layout: LayoutName = Field(default="auto", description="auto goes by the columns")
    columns: Columns = Columns()
    input_template: str | None = Field(
        default=None,
        description="how several input columns become one text; by default a paragraph each",
    )
    turns: Literal["last", "each"] = Field(
        default="last",
        description="of a conversation: one example of its last turn, or one of each assistant turn",
    )
    defaults: Defaults = Defaults()
    on_duplicate_id: Literal["error", "number"] = Field(
        default="error", description="two rows with one declared key: stop, or append #2, #3, ..."
    )

    personal_ids: Literal["replace", "refuse", "keep"] = Field(
        default="replace",
        description="ids that look like personal data: keyed digests stand for them (data/ingest/ids.parquet "
        "says for which), or the stage stops, or they stay",
    )
    personal_names: Literal["refuse", "warn"] = Field(
        default="refuse",
        description="labels, keys of JSON outputs, sources, languages and columns that look like personal "
        "data: they would stand in task.yaml, gold and reports",
    )

    @model_validator(mode="after")
    def _template_names_the_columns(self) -> IngestParams:
        if self.input_template is None:
            return self
        named = template_columns(self.input_template)
        listed = self.inputs()
        if set(listed) != set(named):
            raise ValueError(
                f"`input_template` names the columns {', '.join(named)}, and `columns.input` "
                f"{', '.join(listed)}: leave `columns.input` out, or name the same columns"
            )
        return self

    @model_validator(mode="after")
    def _names_its_files_once(self) -> IngestParams:
        if bool(self.path) == bool(self.files):
            raise ValueError("name the raw data once: `path` for one file, or `files` for several")
        return self

    def raw_files(self) -> tuple[RawFile, ...]:
        """The files, in one form."""
        return self.files or (RawFile(path=self.path or ""),)

    def inputs(self) -> tuple[str, ...]:
        """The columns of the input: those listed, else those that the template names."""
        listed = self.columns.input
        if listed is None:
            return () if self.input_template is None else tuple(template_columns(self.input_template))
        return (listed,) if isinstance(listed, str) else listed
