"""Labels that the card does not list, each with the nearest one that it does."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

from curate.text import mask, plain

# A longer output is hardly a label: it may be a text in the wrong column, so it is described and not shown.
LABEL_CHARACTERS = 40
# difflib compares each unknown label with each allowed one; beyond this many the column is not a label column
# anyway.
_SUGGESTIONS = 500


def unknown_labels(found: Iterable[str], allowed: Collection[str]) -> dict[str, str]:
    """Evidence for each label of `found` that is not `allowed`: output -> words.

    The nearest allowed label is sought by difflib's ratio (Ratcliff and Obershelp 1988) at its usual cut-off
    0.6, case folded, for the first 500 unknown labels in alphabetical order. Only a label that resembles an
    allowed one is shown.
    """
    folded: dict[str, str] = {}
    for label in sorted(allowed):
        folded.setdefault(label.casefold(), label)
    messages: dict[str, str] = {}
    for position, label in enumerate(sorted(set(found) - set(allowed))):
        if not label.strip():
            continue
        if len(label) > LABEL_CHARACTERS:
            messages[label] = f"output: a text of {len(label)} characters is not a label of the card"
            continue
        near = (
            difflib.get_close_matches(label.strip().casefold(), folded, 1) if position < _SUGGESTIONS else []
        )
        if near:
            messages[label] = (
                f"output: label '{plain(label, LABEL_CHARACTERS)}' is not on the card; nearest is "
                f"'{plain(folded[near[0]], LABEL_CHARACTERS)}'"
            )
        else:
            # Labels are not scanned for personal data: one unlike any of the card's is shown by its shape.
            messages[label] = f"output: label '{mask(label)}' is not on the card, and none there is like it"
    return messages
