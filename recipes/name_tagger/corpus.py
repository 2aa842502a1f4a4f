"""The rows that the teacher and the tagger learn from, by the recipe in `params.yaml`: the same rows for the
same seed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from recipes.name_tagger.conll import tweets
from recipes.name_tagger.generate import generate
from recipes.name_tagger.rows import Row

FOLDER = Path(__file__).parent
# Outside the folders that the project's own stages depend on.
WORK = FOLDER.parents[1] / "build" / "names"


def recipe() -> dict[str, Any]:
    """`params.yaml`."""
    return dict(yaml.safe_load((FOLDER / "params.yaml").read_text(encoding="utf-8")))


def rows(part: str, seed: int, data: Path) -> list[Row]:
    """Generated rows and passes over the tweets, as the recipe says for `part`."""
    wanted, moved = recipe()[part], 100 * seed
    made = generate(wanted["generated"], wanted["seed"] + moved, forms=wanted.get("forms", False))
    return [*made, *(row for one in wanted["tweets"] for row in tweets(data, one + moved))]
