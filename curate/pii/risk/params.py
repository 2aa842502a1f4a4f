"""The `risk` section of `params.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from curate.params import Params

Quasi = Literal["language", "source", "output", "month", "outward_postcode", "age", "title"]


class RiskParams(Params):
    """What an outsider may know of a person, and from which group size on a row counts as hidden."""

    quasi_identifiers: tuple[Quasi, ...] = Field(
        default=("language", "source", "month", "outward_postcode", "age", "title"),
        description="Columns of the published rows, or read from their text (outward_postcode, age, "
        "title) or date (month). `output` is left out: a label is the task's opinion, not "
        "what a neighbour knows.",
    )
    k: int = Field(
        default=5,
        ge=2,
        description="Below this a class counts as small. Common practice for released health data (El "
        "Emam & Dankar, 2008).",
    )
    words: int = Field(
        default=3, ge=1, le=8, description="Words known of a row. Three is about a remembered phrase."
    )
    sample: int = Field(
        default=2000,
        ge=1,
        description="Rows whose words are looked for in all others: the share's standard error is then "
        "below 1.2 points.",
    )
    common_words: int = Field(
        default=150,
        ge=0,
        description="The commonest words, taken for the language itself: function words are some 150 in "
        "English.",
    )
