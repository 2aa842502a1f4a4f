"""The table behind `assay rules --list`."""

from __future__ import annotations

import re
from pathlib import Path

from curate.task import Kind
from curate.validate.catalogue import REQUIREMENTS, catalogue
from curate.validate.rules import RULES


def test_every_rule_and_every_requirement_of_the_schema_is_listed() -> None:
    source = (Path(__file__).parents[3] / "curate/validate/schema.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'(?:Requirement\(|_none_of\()\s*"([a-z_]+)"', source))
    assert codes == set(REQUIREMENTS)
    assert catalogue()["rule"].to_list() == [*RULES, *REQUIREMENTS]


def test_a_kind_has_the_rules_that_look_at_it() -> None:
    assert "truncated" not in catalogue(Kind.CLASSIFICATION)["rule"]
    assert {"truncated", "absent_media"} <= set(catalogue(Kind.REWRITING)["rule"])
