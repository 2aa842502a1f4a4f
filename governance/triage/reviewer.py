"""Who judges, at the terminal and at the desk, and the lines that carry the name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # polars takes a third of a second to load, and the desk answers before it needs any
    from curate.pii.decisions import Verdict, Word
    from governance.triage.queue import Item
    from governance.triage.reveals import Reveal


@dataclass(frozen=True)
class Reviewer:
    """Who judges, and what goes on each verdict.

    Parameters
    ----------
    days
        How long a verdict holds; None: until another is given.
    """

    name: str
    reason: str
    today: date
    days: int | None
    key_id: str

    def verdict(self, item: Item, word: Word, reason: str | None = None) -> Verdict:
        """`word` on the value of `item`, for all its repeats."""
        from curate.pii.decisions import Verdict

        return Verdict(
            value_id=item.value_id,
            entity=item.entity,
            verdict=word,
            reviewer=self.name,
            reason=self.reason if reason is None else reason,
            date=self.today.isoformat(),
            expires=None if self.days is None else (self.today + timedelta(days=self.days)).isoformat(),
            finding_id=None,
            key_id=self.key_id,
        )

    def reveal(self, item: Item) -> Reveal:
        """That the value of `item` was seen."""
        from governance.triage.reveals import Reveal

        return Reveal(item.value_id, item.entity, self.name, self.today.isoformat(), self.key_id)
