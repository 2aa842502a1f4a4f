"""YAML as this tool takes it: plain data, one value for each name, of a size that its text shows.

YAML can say much in few bytes: an alias of an alias of an alias stands for a billion nodes, a list can hold
itself, and two equal names leave the last. So the events are counted before anything is built, each alias as
what it stands for. Costs a second pass of the C parser, about 5 MB a second.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from curate.text import plain

# A card, a policy or a lock file has thousands of nodes; a million take a second to build.
MOST_NODES = 1_000_000
# The deepest file of this project has nine levels; PyYAML recurses at each.
DEEPEST = 100


class NotYaml(ValueError):
    """Why a text is not YAML as taken here; the message holds no text of it but a name that stands twice."""

    def __init__(self, why: str = "", line: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


def parse_yaml(text: str) -> Any:
    """`text` as YAML of plain data.

    Raises
    ------
    NotYaml
        If it is not YAML, gives a name twice, nests too deeply, grows too large by aliases, or holds a value
        that does not exist (a 30th of February, a lone surrogate, a number of thousands of digits).
    """
    import yaml

    try:
        _measure(text)
        return yaml.load(text, _loader())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYaml("", mark.line + 1 if mark else None) from None
    except RecursionError:
        raise NotYaml("it nests too deeply") from None
    except NotYaml:
        raise
    except (ValueError, OverflowError):
        raise NotYaml("it holds a date or a number that does not exist") from None
    except (TypeError, AttributeError):  # an unhashable name
        raise NotYaml("a name in it is not a plain value") from None


def _measure(text: str) -> None:
    """Fail if what `text` stands for is too large or too deep."""
    import yaml

    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = []  # the anchor of each collection, and nodes counted before
    nodes = 0
    for event in yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, nodes))
            nodes += 1
            if len(open_nodes) > DEEPEST:
                raise NotYaml(f"it nests more than {DEEPEST} levels deep", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor is not None:
                sizes[anchor] = nodes - before
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise NotYaml("an alias stands inside what it names, or names nothing", line)
            nodes += sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            nodes += 1
            if event.anchor is not None:
                sizes[event.anchor] = 1
            if any("\ud800" <= sign <= "\udfff" for sign in event.value):
                raise NotYaml("it holds half a character (a lone surrogate)", line)
        if nodes > MOST_NODES:
            raise NotYaml(f"it stands for more than {MOST_NODES:,} values", line)


@cache
def _loader() -> Any:
    import yaml

    class _Once(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            names: set[Any] = set()
            for key, _ in node.value:
                name = key.value if isinstance(key.value, str) else id(key)
                if name in names and name != "<<":
                    raise NotYaml(f"`{plain(str(name), 80)}` stands twice", key.start_mark.line + 1)
                names.add(name)
            mapping: dict[Any, Any] = super().construct_mapping(node, deep)
            return mapping

        def finite(self, node: Any) -> float:
            number = float(self.construct_yaml_float(node))
            if not math.isfinite(number):
                raise NotYaml("a number in it is not finite", node.start_mark.line + 1)
            return number

    _Once.add_constructor("tag:yaml.org,2002:float", _Once.finite)
    return _Once
