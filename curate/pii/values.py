"""When two findings are the same value, and the keyed names that say so without telling it.

`07700 900123`, `+44 7700 900123` and `(07700) 900 123` are one phone number; `cb1 2dp` and `CB12DP` one
postcode. A value's id is a keyed digest of its entity and normalised form, so that one verdict, placeholder
or surrogate serves all its repeats.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import polars as pl

from curate.keys import Key

# Their spaces, case and punctuation carry meaning or separate words; every other entity is a code of letters
# and digits.
_WORDED = frozenset(
    {
        "EMAIL_ADDRESS",
        "URL",
        "STREET_ADDRESS",
        "DATE_OF_BIRTH",
        "DATE_TIME",
        "IP_ADDRESS",
        "PERSON",
        "LOCATION",
        "ORGANIZATION",
        "NRP",
    }
)


# Compared as they are: two passwords that differ in case are two.
EXACT = frozenset({"API_KEY", "PASSWORD", "PERSONAL_URL"})


def is_code(entity: str) -> bool:
    """Whether values of `entity` are compared by their letters and digits alone."""
    return entity not in _WORDED | EXACT


@lru_cache(maxsize=262_144)
def normalise(entity: str, value: str) -> str:
    """The form in which two values of `entity` are compared: NFKC, case folded, separators dropped or spaces
    collapsed.

    A phone number is brought to E.164 (country code 44 where none is written), an extension kept after `x`.
    """
    if entity in EXACT:
        return value
    text = unicodedata.normalize("NFKC", value).casefold()
    if entity == "PHONE_NUMBER":
        return _e164(text)
    if is_code(entity):
        return "".join(character for character in text if character.isalnum()) or text
    return " ".join(text.split())


def _e164(text: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return "".join(character for character in text if character.isdigit()) or text
    return f"+{number.country_code}{number.national_number}" + (
        f"x{number.extension}" if number.extension else ""
    )


def value_id(key: Key, entity: str, normalised: str) -> str:
    """Keyed digest of one value of one entity."""
    return key.digest("value", entity, normalised)


def with_ids(found: pl.DataFrame, key: Key) -> pl.DataFrame:
    """`found` (columns `example_id, field, entity, start, value`) with `value_id` and `finding_id`.

    A finding's id holds no offset, so that it outlives an edit elsewhere in the text: repeats of one value in
    one field are numbered in reading order.
    """
    pairs = found.select("entity", "value").unique().sort("entity", "value")
    # Normalising parses phone numbers: Python, once for each distinct value.
    normal = [normalise(entity, value) for entity, value in pairs.iter_rows()]
    named = pairs.with_columns(
        pl.Series("normalised", normal, dtype=pl.String),
        pl.Series(
            "value_id",
            key.digests(
                "value", [f"{entity}\x1f{form}" for entity, form in zip(pairs["entity"], normal, strict=True)]
            ),
            dtype=pl.String,
        ),
    )
    joined = (
        found.join(named, on=["entity", "value"], how="left")
        .sort("example_id", "field", "start", "entity")
        .with_columns(
            pl.int_range(pl.len()).over("example_id", "field", "entity", "normalised").alias("occurrence")
        )
    )
    parts = joined.select(
        pl.concat_str(
            "entity",
            "normalised",
            "example_id",
            "field",
            pl.col("occurrence").cast(pl.String),
            separator="\x1f",
        )
    )
    return joined.with_columns(
        pl.Series("finding_id", key.digests("finding", parts.to_series().to_list()), dtype=pl.String)
    )
