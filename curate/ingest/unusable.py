"""Why a row cannot be an example: a reason code for the ledger and evidence that holds nothing of the row."""

from __future__ import annotations


class Unusable(Exception):
    """One row that cannot be an example; the file goes on.

    Parameters
    ----------
    reason
        Code in the ledger.
    evidence
        For a person; made of positions and roles, never of the row's text.
    """

    def __init__(self, reason: str, evidence: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence
