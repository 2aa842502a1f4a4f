"""JSON for programs that a person may also look at on a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

from curate.text import UNSEEN

# What a terminal acts on or does not show, and the `##[` that a CI service takes for a command. Line feeds
# and tabs outside strings are the layout; inside, JSON escapes C0 itself.
_UNSEEN = re.compile(rf"[{UNSEEN}]|#(?=#\w*\[)")


def json_text(value: Any) -> str:
    """A readable document with sorted keys and a final newline, signs that a terminal acts on escaped."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    return _UNSEEN.sub(lambda sign: _escape(sign.group()), text) + "\n"


def json_line(value: Any) -> str:
    """A document in one line with sorted keys and a final newline, for files of one document a line."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return _UNSEEN.sub(lambda sign: _escape(sign.group()), text) + "\n"


def _escape(sign: str) -> str:
    """JSON's escape of a character: of its two surrogates beyond the 16 bits."""
    return json.dumps(sign)[1:-1] if ord(sign) > 0x7F else f"\\u{ord(sign):04x}"


def script_json(value: Any) -> str:
    """JSON that stands in a script element: `<` could end it or begin a comment, U+2028 and U+2029 end lines
    in old parsers.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
