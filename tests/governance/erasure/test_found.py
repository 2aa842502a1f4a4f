"""What `assay subject find` names is what `assay erase` takes out."""

from __future__ import annotations

import pytest

from curate.project import Project
from governance.erasure.erase import Request, plan_of
from governance.subjects.find import find
from tests.governance.erasure.tiny import CUSTOMER, JO, SYSTEMS, THEIRS, VALUES


@pytest.mark.parametrize("values", [VALUES, (CUSTOMER,), ("c 9001",), (JO,)])
def test_find_names_the_rows_and_models_of_an_erasure(tiny: Project, values: tuple[str, ...]) -> None:
    plan, found = plan_of(tiny, Request(values)), find(tiny, values)
    assert set(THEIRS) <= plan.rows  # of a customer's number gold holds a digest alone
    in_gold = [place for place in found.search.places if place.kind == "version" and place.split]
    assert {row for place in in_gold for row in place.rows} == plan.rows
    assert {place.version for place in in_gold} == {version.name for version in plan.versions}
    assert {place.path for place in found.search.places} >= {"gold/train.parquet"}
    learned = {name for name in found.models if not name.endswith("@here")}
    assert learned >= set(plan.models) and {name.split("@")[0] for name in found.models} == set(SYSTEMS)
