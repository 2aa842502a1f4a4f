"""Whether the two gold versions of a diff are what was published: their files, and the seals of their
manifests.

A comparison of forged versions explains nothing, so what is false is a fault that fails the diff, and what
cannot be checked (no key here, a version older than seals) is a note that says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from curate import seal
from curate.seal import Standing
from curate.text import plain, plural
from curate.versions.version import Version


def faults(before: Version, after: Version) -> tuple[str, ...]:
    """What is false of either version, in sentences; none for plain files."""
    return tuple(dict.fromkeys([*_faults(before, None), *_faults(after, before)]))


def unsure(before: Version, after: Version) -> tuple[str, ...]:
    """What cannot be checked of either version, in sentences."""
    return tuple(
        seal.problem(side.seal, f"the manifest of {plain(side.name)}")
        for side, earlier in ((before, None), (after, before))
        if side.seal not in (None, Standing.TRUE, Standing.FALSE) and not _newly_unsealed(side, earlier)
    )


def _faults(version: Version, before: Version | None) -> Iterator[str]:
    if version.seal is None:
        return
    name = plain(version.name)
    if changed := version.changed():
        listed = ", ".join(plain(file, 60) for file in changed[:5])
        yield f"{plural(len(changed), 'file')} of {name} changed after publishing: {listed}"
    if version.seal is Standing.FALSE or _newly_unsealed(version, before):
        yield seal.problem(version.seal, f"the manifest of {name}")


def _newly_unsealed(version: Version, before: Version | None) -> bool:
    """Whether a version that follows a sealed one lost the seal or carries another key's: the older one may
    have been made before there were seals, the newer one was not.
    """
    sealed_before = before is not None and before.seal is Standing.TRUE
    return sealed_before and version.seal in (Standing.NONE, Standing.OTHER_KEY)
