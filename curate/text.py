"""Text as people see it: masked values and neutralised hostile text.

Dataset text is untrusted. Whatever shows it anywhere passes it through one of these first. What is printed
passes the door besides (`curate.show.door`), so that a text which somebody forgot does no harm.
"""

from __future__ import annotations

import html
import re
import shlex
import unicodedata

# C0/C1 controls, line ends that only some programs know, the bidirectional and invisible format characters of
# Trojan Source (CVE-2021-42574), tag characters, and surrogates, which no stream can encode.
UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_CONTROLS = re.compile(f"[{UNSEEN}]")
# What a CI service takes for a command: GitHub `::name` at the start of a line (white space before it does
# not count, nor does a colour), `##[name]` of GitHub and Azure, `##vso[` and `##teamcity[` anywhere.
_COMMAND_START = re.compile(r"^((?:\x1b\[[\d;]*m|[^\S\n])*):(?=:)", re.MULTILINE)
_COMMAND = re.compile(r"#(?=#\w*\[)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-!|~@:])")
# What GitHub, GitLab and most viewers make a link, mention or reference of, escaped or not, since they look
# at the text behind the escapes: an empty comment between its parts is not shown and ends it.
_LIVE = re.compile(r"(?i)(\bwww)(?=\.)|(://)|([@#])(?=\w)")
_BREAK = "<!-- -->"
# A formula's first sign, as typed in East Asian width too; spreadsheets skip white space before it.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|\\[tr]")
# Signs read of a text for each that is shown: folding white space of a text of 100 MB would take a second.
_READ = 64


def plain(text: str, limit: int = 160) -> str:
    """One line without controls (shown as their code point), at most `limit` characters: safe for a terminal
    and logs.
    """
    line = " ".join(text[: _READ * limit].split())
    shown = re.sub(r"(^|\s):(?=:)", r"\1: ", _without_controls(line))
    shown = _COMMAND.sub("# ", shown)
    cut = len(text) > _READ * limit or len(shown) > limit
    return shown[: limit - 1] + "…" if cut else shown


def neutral(text: str) -> str:
    """`text` with its lines and spaces as they are, and without what a terminal or a CI service obeys:
    controls are shown as their code point, commands at the start of a line lose their form.
    """
    return without_commands(_without_controls(text))


def without_commands(text: str) -> str:
    """`text` in which no line is a command to a CI service."""
    return _COMMAND.sub("# ", _COMMAND_START.sub(r"\1: ", text))


def code_point(sign: str) -> str:
    """A character that is not to be shown, as its number: `<U+001B>`."""
    return f"<U+{ord(sign):04X}>"


def _without_controls(text: str) -> str:
    return _CONTROLS.sub(lambda found: code_point(found.group()), text)


def shell_word(text: object) -> str:
    """A path, name or id as it may stand in a command that a message tells somebody to run."""
    return shlex.quote(plain(str(text), 4_000))


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
    """`plain` with every Markdown and HTML character escaped and no link, mention or reference live; safe in
    a table cell.
    """
    shown = _LIVE.sub(_parted, plain(text, limit))
    shown = html.escape(shown, quote=False).replace("&", "\x01")
    return _MARKDOWN.sub(r"\\\1", shown).replace("\x01", "&").replace("\x00", _BREAK)


def _parted(found: re.Match[str]) -> str:
    return ":\x00//" if found[2] else found.group() + "\x00"


def for_html(text: str, limit: int = 2000) -> str:
    """`plain` with HTML's special characters escaped."""
    return html.escape(plain(text, limit), quote=True)


def for_csv(text: str) -> str:
    """A cell on one line that no spreadsheet takes for a formula (OWASP: CSV injection), and no terminal or
    CI service for a command.
    """
    shown = neutral(text.replace("\r", r"\r").replace("\n", r"\n").replace("\t", r"\t"))
    return "'" + shown if _FORMULA.match(shown) else shown


def mask(value: str) -> str:
    """A personal value as it may be shown: its shape, not its content (`j•••@•••.com` ->
    `a•••••@•••••••.•••`).

    Letters and digits become dots but for the first letter; separators stay, so that a steward sees a form.
    """
    signs = ["•" if unicodedata.category(sign)[0] in "LN" else sign for sign in plain(value, 60)]
    dots = "".join(signs)
    return (value[0] + dots[1:]) if value[:1].isalpha() and len(value) > 3 else dots


def common_beginning(left: str, right: str) -> int:
    """Length of the common beginning of two texts, by halving: slices compare at the speed of memory."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
