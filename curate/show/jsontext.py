"""JSON for programs that a person may also look at on a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

# What a terminal acts on or does not show: C1 controls, and bidirectional and invisible format characters.
# JSON itself escapes only C0.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def json_text(value: Any) -> str:
    """A readable document with sorted keys and a final newline, signs that a terminal acts on escaped."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text) + "\n"


def script_json(value: Any) -> str:
    """JSON that stands in a script element: `<` could end it or begin a comment, U+2028 and U+2029 end lines
    in old parsers.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
