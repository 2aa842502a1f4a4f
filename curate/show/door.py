"""The one door through which a process writes to its terminal or log: what nobody neutralised before is here.

Faces neutralise what they draw, since only they know where a text ends. But file names, arguments, parameter
paths and the words of other libraries reach a stream in a hundred ways, and one that was forgotten could hide
a line of a terminal, turn text around or give GitHub, GitLab, Azure or TeamCity a command. So the streams
themselves let nothing through but text, line feeds and tabs; colours on a terminal; and the commands that are
written on purpose, by `commands`. A progress bar or a screen, which moves the cursor, writes to the stream
behind the door (`behind`) what it neutralised itself.

Costs one pass of a regular expression over what is printed, about 200 MB a second.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from curate.text import UNSEEN, code_point, neutral, without_commands

# A colour or weight as rich writes it (ECMA-48 SGR), without `concealed` (8) and what nobody here uses; else
# a sign that is not to be shown.
_COLOUR_OR_CONTROL = re.compile(
    rf"(\x1b\[(?:(?:[0-79]|2[2-9]|[349][0-79]|10[0-7])(?:;(?=\d)|(?=m)))*m)|[{UNSEEN}]"
)
_SUSPECT = re.compile(rf"[{UNSEEN}:#\[]")
# Signs kept of the line that is being written: enough to see a command that comes in two pieces.
_KEPT = 80


class Door:
    """A text stream that lets no control character and no CI command through.

    Parameters
    ----------
    stream
        What is written to; everything but writing is left to it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.behind = stream
        self._line = ""  # the end of the line that is being written, as it was written

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)

    def write(self, text: str) -> int:
        """Write `text`, neutralised; what the stream cannot encode is written as its escape."""
        shown = self._neutral(text) if _SUSPECT.search(text) else text
        line = (self._line + shown).rpartition("\n")[2]
        # What is kept of a long line must not look as if the line began there.
        self._line = line if len(line) <= _KEPT else "…" + line[-_KEPT:]
        self._put(shown)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of `lines`."""
        for line in lines:
            self.write(line)

    def commands(self, text: str) -> None:
        """Write lines that are commands to a CI service on purpose; their values are neutral already."""
        self._put(text)
        self._line = ""

    def _put(self, text: str) -> None:
        encoding = self.behind.encoding or "utf-8"
        self.behind.write(text.encode(encoding, "backslashreplace").decode(encoding))

    def _neutral(self, text: str) -> str:
        if self.behind.isatty():
            shown = _COLOUR_OR_CONTROL.sub(lambda sign: sign[1] or code_point(sign.group()), text)
            return without_commands(self._line + shown)[len(self._line) :]
        return neutral(self._line + text)[len(self._line) :]


@contextmanager
def doors() -> Iterator[None]:
    """While the block runs, standard output and standard error are doors."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, Door(behind(stream))) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def behind(stream: TextIO) -> TextIO:
    """The stream behind a door, or the stream itself."""
    return stream.behind if isinstance(stream, Door) else stream


def commands(text: str) -> None:
    """Write workflow commands to standard output."""
    if isinstance(sys.stdout, Door):
        sys.stdout.commands(text)
    else:
        sys.stdout.write(text)
