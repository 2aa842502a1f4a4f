"""What annotation tools export, as plain columns: what was annotated (fields) and what was answered
(questions).

One question has one answer per row: the one that all its annotators gave. Where they differ, the row is not
an example of anything and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from curate.files import canonical_json
from curate.ingest.cells import jsonable
from curate.ingest.chat.turns import is_chat
from curate.ingest.params import LayoutName
from curate.ingest.unusable import Unusable


@dataclass(frozen=True)
class Annotated:
    """An export of an annotation tool, one entry a row in each list.

    Parameters
    ----------
    fields
        What was annotated: name -> values.
    questions
        What was asked: name -> answers; null where nobody answered, an `Unusable` where answers differ.
    columns
        Columns of the file that these were read from.
    """

    layout: LayoutName
    title: str
    fields: dict[str, list[Any]]
    questions: dict[str, list[Any]]
    columns: tuple[str, ...]

    def usual_field(self) -> str | None:
        """The one field of text or of chat turns, or the one named as text."""
        texts = [
            name
            for name, values in self.fields.items()
            if all(value is None or isinstance(value, str) or is_chat(value) for value in values)
        ]
        if len(texts) == 1:
            return texts[0]
        return next((name for name in ("text", "prompt", "instruction") if name in texts), None)

    def usual_question(self) -> str | None:
        """The one question that anybody answered, if it is one."""
        asked = [
            name for name, values in self.questions.items() if any(value is not None for value in values)
        ]
        return asked[0] if len(asked) == 1 else None


def agreed(answers: Sequence[Any]) -> Any:
    """The answer that all annotators gave; null without an annotator, an `Unusable` where they differ."""
    if not answers:
        return None
    try:
        different = {canonical_json(jsonable(answer)) for answer in answers}
    except RecursionError:
        return Unusable("nested_value", "an answer is nested too deeply")
    if len(different) == 1:
        return answers[0]
    return Unusable(
        "annotators_disagree", f"{len(answers)} annotators gave {len(different)} different answers"
    )


def one_or_all(values: list[Any]) -> Any:
    """A lone answer as it is, several as a list, none as null."""
    return None if not values else values[0] if len(values) == 1 else values
