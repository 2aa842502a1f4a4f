"""Approvals in words."""

from __future__ import annotations

from governance.records.approvals import Given
from governance.records.show import newest_first


def test_approvals_of_one_second_are_listed_by_person_whatever_their_digests() -> None:
    for first, second in (("aa", "bb"), ("bb", "aa")):
        given = [
            Given(first, "gold", "steward", "2027-01-02T03:04:05Z", "ada@example.org"),
            Given(second, "gold", "reviewer", "2027-01-02T03:04:05Z", "ben@example.org"),
            Given("cc", "gold", "reviewer", "2027-01-02T03:04:06Z", None, "is by nobody allowed"),
        ]
        assert [one.who for one in newest_first(given)] == [None, "ben@example.org", "ada@example.org"]
