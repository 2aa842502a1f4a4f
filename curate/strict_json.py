"""JSON as this tool takes it: one value for each name, no NaN, no Infinity.

The standard parser keeps the last of two equal names and says nothing, so half of what a writer meant would
vanish without a trace.
"""

from __future__ import annotations

import json
import math
from typing import Any


class NotJson(ValueError):
    """Why a text is not JSON; the message holds no text of the row."""


class DuplicateName(NotJson):
    """An object gives one name twice."""


def parse_json(text: str) -> Any:
    """`text` as JSON, strictly: no NaN or Infinity (RFC 8259 s. 6), no name given twice in an object (RFC
    7493 s. 2.3).

    Raises
    ------
    NotJson
        A `ValueError` with a message that holds nothing of the text.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except NotJson:
        raise
    except ValueError:  # an integer of more digits than Python converts
        raise NotJson("a number is too long") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    properties = dict(pairs)
    if len(properties) < len(pairs):
        raise DuplicateName("an object names a property twice")
    return properties


def _no_constant(_: str) -> Any:
    raise NotJson("NaN or Infinity is not a JSON number")


def finite(text: str) -> float:
    """A number of JSON as Python holds it.

    Raises
    ------
    NotJson
        If it is too large to hold: Python would make it infinite, which JSON cannot say again.
    """
    number = float(text)
    if math.isinf(number):
        raise NotJson("a number is too large")
    return number


# One for all texts: `json.loads` would make another at each call.
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant, parse_float=finite)
