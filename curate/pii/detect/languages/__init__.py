"""The languages beside English that the detectors know: labels, papers, forms of dates and streets."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["en", "de", "fr", "es", "it", "nl", "pt", "pl"]
# Those that a row may be in; any other is an error or, if params say so, read as the first that they list.
LANGUAGES: tuple[Language, ...] = get_args(Language)
