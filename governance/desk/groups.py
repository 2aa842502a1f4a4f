"""Groups of values by a short name for addresses: a shape may hold signs that an address should not."""

from __future__ import annotations

import hashlib

import numpy as np

from governance.desk.board import Group
from governance.desk.values import ValueRoom
from governance.desk.web import NotHere


class Groups:
    """The groups of a queue; those once named stay known when their last value is judged."""

    def __init__(self, room: ValueRoom) -> None:
        self.room = room
        self._named: dict[str, tuple[str, str, str]] = {}
        self._members: dict[str, np.ndarray] = {}
        self._listed: tuple[int, list[tuple[str, Group]]] | None = None

    def listed(self) -> list[tuple[str, Group]]:
        """Every group with an open value, in the order of the queue."""
        waiting = self.room.is_open()
        mark = hash(waiting.tobytes())
        if self._listed is None or self._listed[0] != mark:
            groups = self.room.board.groups(waiting)
            self._listed = (
                mark,
                [(self.name(each.entity, each.pattern, each.source), each) for each in groups],
            )
        return self._listed[1]

    def name(self, entity: str, pattern: str, source: str) -> str:
        """The group's name in an address."""
        parts = "\x1f".join((entity, pattern, source)).encode("utf-8", "surrogatepass")
        name = hashlib.blake2b(parts, digest_size=6).hexdigest()
        self._named[name] = (entity, pattern, source)
        return name

    def of(self, name: str) -> tuple[str, str, str]:
        """Entity, shape and source of a group."""
        if name not in self._named:
            self.listed()
        if name not in self._named:
            raise NotHere
        return self._named[name]

    def members(self, name: str) -> np.ndarray | None:
        """Places of its values, open or not; None for the whole queue."""
        if not name:
            return None
        if name not in self._members:
            self._members[name] = self.room.board.members(*self.of(name))
        return self._members[name]
