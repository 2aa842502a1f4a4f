"""The `report` section of `params.yaml`."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params


class LiveParams(Params):
    """A sample of the inputs that come in now, to hold the rows against."""

    path: str = Field(description="A table in the project, in any form that `assay scan FILE` reads.")
    input: str = Field(description="Its column of texts; none of them is shown.")
    id: str | None = Field(None, description="Its column that names a row; by default the record number.")


class ReportParams(Params):
    """Section `report` of params.yaml."""

    truth: str | None = Field(
        None,
        description="a file of known, planted faults to compare the stages with; only generated data has one",
    )
    slices: tuple[str, ...] | None = Field(
        None,
        description="Columns of the gold set of which one value may label otherwise than the rest: `source`, "
        "`group`, `language`, `month` (of collected_at); null: source, month and group where they part the "
        "rows.",
    )
    reference: dict[str, dict[str, float]] = Field(
        {},
        description="Shares that the rows should have, by column and value, such as "
        "`language: {en: 0.7, cy: 0.3}`; columns are source, group, language, month and output.",
    )
    live: LiveParams | None = Field(None, description="A sample of live inputs; null: none.")
    vectors: str | None = Field(
        None,
        description="What texts are compared by: an encoder's name or `words`; null: the encoder of `train` "
        "where systems were compared, else words.",
    )
