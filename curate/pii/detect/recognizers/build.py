"""Recognizers in Presidio's form: a stock one where it serves, else a small subclass or one of our own, by
what they find.

The stock patterns and checksums are kept wherever they serve.
"""

from __future__ import annotations

from typing import Any

import presidio_analyzer.predefined_recognizers as stock

from curate.pii.detect.catalogue import Entity
from curate.pii.detect.context.labels import SUPPORT
from curate.pii.detect.languages.labels import PHRASES, support
from curate.pii.detect.languages.numbers import NUMBERS
from curate.pii.detect.recognizers import (
    credentials,
    dates,
    documents,
    european_text,
    money,
    online,
    phone,
    places,
    uk,
)
from curate.pii.detect.recognizers.european import recognizer_of

_OURS = {
    name: found
    for module in (credentials, dates, documents, european_text, money, online, phone, places, uk)
    for name, found in vars(module).items()
} | {f"{name}_NUMBER": recognizer_of(name) for name in NUMBERS}


def build(entity: Entity, language: str) -> Any:
    """The recognizer of `entity`, answering to `language`, with our context phrases where there are any."""
    cls = _OURS.get(entity.recognizer) or getattr(stock, entity.recognizer)
    recognizer = cls(supported_language=language)
    if language != "en" and (phrases := support(entity.name)):
        recognizer.context = list(phrases)
    elif entity.name in NUMBERS:
        recognizer.context = list(PHRASES.get(entity.name, ()))
    elif entity.name in SUPPORT:
        recognizer.context = list(SUPPORT[entity.name])
    return recognizer
