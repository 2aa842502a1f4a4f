"""The gate on reviews: none failed, one is named for a day to come, and none is late. What is due and not yet
late is for `assay status` and `assay review list` to say.
"""

from __future__ import annotations

from datetime import date

from curate.project import Project
from governance.records.reviews import review_words
from governance.review_calendar import calendar

HOLD = "hold it, then: assay review record --outcome passed --next YYYY-MM-DD"


def review(project: Project, today: date) -> tuple[bool, str, str]:
    """Whether it passes, what was seen, and what to run; who is late is named."""
    passed, words = review_words(project)
    last = f"; {words}" if words else ""
    if not passed:
        fix = "when it is put right: assay ledger add review WHAT --outcome passed"
        return False, f"a review failed{last}", fix
    found = calendar(project, today)
    if found.next_on is None:
        fix = "add to task.yaml, for example:  review: {next: 2027-06-01}"
        return False, "task.yaml names no review date", fix
    if late := found.overdue(today):
        return False, f"{'; '.join(one.words for one in late)} ({found.who}){last}", HOLD
    return True, f"next review on {found.next_on}{last}", ""
