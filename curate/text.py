"""Text as people see it: masked values and neutralised hostile text.

Dataset text is untrusted. Whatever shows it anywhere passes it through one of these first.
"""

from __future__ import annotations

import html
import re
import unicodedata

# C0/C1 controls, and the bidirectional and invisible format characters of Trojan Source (CVE-2021-42574).
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-!|~@:])")


def plain(text: str, limit: int = 160) -> str:
    """One line without controls (shown as their code point), at most `limit` characters: safe for a terminal
    and logs.
    """
    line = " ".join(text.split())
    shown = _CONTROLS.sub(lambda found: f"<U+{ord(found.group()):04X}>", line)
    shown = re.sub(r"(^|\s)::", r"\1: :", shown)  # a workflow command must start `::`
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def visible(text: str, limit: int = 160) -> str:
    """`plain`, with the white space that it would fold away shown: outer and repeated spaces as `␣`, line
    breaks and tabs as `\\n` and `\\t`.
    """
    marked = re.sub(r"^ +| +$|(?<= ) +", lambda spaces: "␣" * len(spaces.group()), text)
    for sign, shown in (("\n", r"\n"), ("\r", r"\r"), ("\t", r"\t")):
        marked = marked.replace(sign, shown)
    return plain(marked, limit)


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: `1 row`, `2 rows`, `1,204 entries`.

    Parameters
    ----------
    one, many
        The noun in singular and plural; the plural is `one` with an s where it is not given.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def for_rich(text: str, limit: int = 160) -> str:
    """`plain` with rich's markup brackets escaped."""
    from rich.markup import escape

    shown = escape(plain(text, limit))
    # An odd number of backslashes at the end would disarm the tag that a caller puts behind.
    return shown + "\\" if (len(shown) - len(shown.rstrip("\\"))) % 2 else shown


def for_markdown(text: str, limit: int = 160) -> str:
    """`plain` with every Markdown, HTML and mention character escaped; safe in a table cell."""
    return _MARKDOWN.sub(r"\\\1", html.escape(plain(text, limit), quote=False).replace("&", "\x00")).replace(
        "\x00", "&"
    )


def for_html(text: str, limit: int = 2000) -> str:
    """`plain` with HTML's special characters escaped."""
    return html.escape(plain(text, limit), quote=True)


def for_csv(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def mask(value: str) -> str:
    """A personal value as it may be shown: its shape, not its content (`j•••@•••.com` ->
    `a•••••@•••••••.•••`).

    Letters and digits become dots but for the first letter; separators stay, so that a steward sees a form.
    """
    dots = "".join("•" if unicodedata.category(c)[0] in "LN" else c for c in plain(value, 60))
    return (value[0] + dots[1:]) if value[:1].isalpha() and len(value) > 3 else dots
