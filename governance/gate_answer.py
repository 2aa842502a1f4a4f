"""What a gate answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """A gate: its name, whether it passed, what was seen and, if it failed, what to run.

    One that `params.check.skip` leaves out is `skipped`, which is not a pass; its message says why and since
    when. One that `crashed` was not judged to its end, so it says nothing of the data, and is not a pass
    either.
    """

    name: str
    passed: bool
    message: str
    fix: str = ""
    skipped: bool = False
    crashed: bool = False

    @property
    def failed(self) -> bool:
        """Whether it was judged and did not pass."""
        return not self.passed and not self.skipped

    @property
    def state(self) -> str:
        """`pass`, `FAIL`, `SKIPPED` or `ERROR`."""
        if self.crashed:
            return "ERROR"
        return "SKIPPED" if self.skipped else "pass" if self.passed else "FAIL"


def all_pass(gates: Sequence[Gate]) -> bool:
    """Whether no gate failed and at least one was judged: a check that skips everything has said nothing."""
    return not any(gate.failed for gate in gates) and any(gate.passed for gate in gates)
