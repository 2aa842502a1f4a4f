"""Keys in, screens out: the only file that knows there is a terminal.

`loop` asks for keys one at a time and draws after each; the keys come from a person (`typed`, cbreak mode, so
that control-C still stops the program) or from a string (`--keys`, for scripts: each screen is then printed
below the last).
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

from rich.console import Console, RenderableType

from curate.errors import AssayError
from curate.show.door import behind

State = TypeVar("State")
_ESCAPE = "\x1b"


@contextmanager
def typed() -> Iterator[Callable[[], str]]:
    """A function that waits for one key; the terminal is put back as it was, whatever happens.

    Raises
    ------
    AssayError
        If stdin or stdout is not a terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise AssayError(
            "triage reads single keys from a terminal, and stdin or stdout is not one",
            fix="run `assay triage` in a terminal, or give the keys: assay triage --keys nnrq",
        )
    import termios
    import tty

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number)
        yield lambda: _one_key(number)
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


def forgets() -> bool:
    """Whether what is drawn leaves no trace: a terminal with a screen of its own beside the scrollback."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and Console().is_terminal
        and not Console().is_dumb_terminal
    )


def _one_key(number: int) -> str:
    """One key; an arrow or function key's escape sequence is read whole and comes back as escape, a closed
    terminal as `q`.
    """
    pressed = os.read(number, 1)
    if not pressed:
        return "q"
    if pressed == b"\x1b":
        # ECMA-48: an introducer, parameters, and one final byte from @ to ~; what is typed after it is the
        # next key.
        if _waiting(number) and os.read(number, 1) in (b"[", b"O"):
            while _waiting(number) and not b"@" <= os.read(number, 1) <= b"~":
                pass
        return _ESCAPE
    return pressed.decode("ascii", "ignore")


def _waiting(number: int) -> bool:
    return bool(select.select([number], [], [], 0.02)[0])


def loop(
    state: State,
    draw: Callable[[State], RenderableType],
    step: Callable[[State, str], State],
    over: Callable[[State], bool],
    keys: str | None,
) -> State:
    """Draw, wait for a key, step, until `over`; with `keys` those are pressed, then it stops.

    `step` has done whatever must last (written a verdict) by the time it returns.
    """
    console = Console(highlight=False)
    if keys is not None:
        console.print(draw(state))
        for key in keys:
            if over(state):
                break
            state = step(state, key)
            console.print(draw(state))
        return state
    console = Console(highlight=False, file=behind(sys.stdout))
    with typed() as read, console.screen(hide_cursor=True) if console.is_terminal else nullcontext():
        while not over(state):
            console.clear()
            console.print(draw(state))
            state = step(state, read())
    return state
