"""`params.yaml`: one section a stage, each read into that stage's own frozen model.

A stage's model lives beside the stage; this file only reads the YAML and turns a fault into words.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curate.conflicts import refuse_conflict
from curate.errors import AssayError
from curate.strict_yaml import NotYaml, parse_yaml

if TYPE_CHECKING:
    from curate.keys import Key


class Params(BaseModel):
    """Base of every section: frozen, and an unknown key is an error rather than a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def recorded(self, root: Path, key: Key | None) -> dict[str, Any]:
        """What decides a stage's output beside the section's own values, with secrets as digests."""
        return {}


class DroppingParams(Params):
    """Base of the section of a stage that can drop rows."""

    # A stage that drops most of what it is given is more often misled than right: a template taken for the
    # text, a column misread. Half is far above what any public set that we measured loses at one stage
    # (docs/architecture.md).
    max_dropped: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="largest share of the rows that the stage may drop; above it the stage fails "
        "until this is raised",
    )


Section = TypeVar("Section", bound=BaseModel)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping from `path`.

    Raises
    ------
    AssayError
        If it is missing, is not YAML, is not UTF-8, is not a mapping, or names something twice: YAML would
        take the last, and a policy would silently lose its first half.
    """
    if not path.exists():
        raise AssayError(
            f"{path} does not exist",
            fix="assay init DIR --kind KIND --data FILE --input COLUMN --output COLUMN",
        )
    refuse_conflict(path)
    try:
        loaded = parse_yaml(path.read_text(encoding="utf-8"))
    except (NotYaml, UnicodeDecodeError) as error:
        line = error.line if isinstance(error, NotYaml) else None
        why = error.why if isinstance(error, NotYaml) else "it is not UTF-8"
        raise AssayError(
            f"{path} is not valid YAML" + (f" at line {line}" if line else "") + (f": {why}" if why else ""),
            fix=f"correct that line of {path}" if line else f"correct {path}",
        ) from None
    if not isinstance(loaded, dict):
        raise AssayError(
            f"{path} holds no mapping of names to values",
            fix=f"compare {path} with the example in the README",
        )
    return loaded


def parse(model: type[Section], value: Any, where: str) -> Section:
    """`value` as `model`; faults are listed by the dotted name of each field under `where`, empty for the
    arguments of a function.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = "; ".join(
            f"`{_dotted(where, fault['loc'])}`: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise AssayError(
            f"{'configuration is' if where else 'arguments are'} not valid: {faults}",
            fix=f"edit {where.split('.')[0]}.yaml"
            if where.split(".")[0] in ("task", "params")
            else "correct the value",
        ) from None


def _dotted(where: str, steps: tuple[int | str, ...]) -> str:
    return ".".join(filter(None, [where, *map(str, steps)]))


def read_section(root: Path, name: str, model: type[Section]) -> Section:
    """Section `name` of `root/params.yaml` as `model`; an absent section means its defaults."""
    return parse(model, read_yaml(root / "params.yaml").get(name) or {}, f"params.{name}")
