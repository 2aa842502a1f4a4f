"""What each stage's output was made from, and whether that is still what stands there: nothing stale goes on.

Every stage's `report.json` holds `made_from` (a digest of each stage it read, of each committed file, the
parameters, the fields of the task card, the key's public name) and `outputs` (a digest of each file it
wrote). A stage first follows these records from its own inputs back to the raw files; where one does not
agree with what stands there now, it refuses and names the first stage to run again. So a row that was added,
or edited under its id, never goes past a scan that has not seen it, and no version is published half with old
parameters.

Each report is sealed with the project's key (`curate.seal`): digests that anybody can recompute would let
whoever writes `data/` or `dvc.lock` plant a row. Where there is no key here the digests alone are compared.

The records follow the data alone: no times, no paths of one machine. What follows the order of the rows, the
digests of the raw files, stands beside the project (see `curate.ingest.raw`). Cost: each input is read once
more to hash it, about a gigabyte a second.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from curate import seal, stages
from curate.conflicts import conflicts
from curate.errors import AssayError
from curate.files import canonical_json
from curate.project import Project
from curate.seal import key_here
from curate.stages import Stage

if TYPE_CHECKING:
    from curate.keys import Key
    from curate.task import TaskCard


# Recorded parameters that are keyed digests.
KEYED = ("lists", "people")
# What the seal of a stage's report is a seal of.
SEALED = "stage"


class MadeFrom(dict[str, Any]):
    """What a stage's output is made from, and the key with which its report is sealed."""

    key: Key | None = None


@dataclass(frozen=True)
class Stale:
    """A stage whose output was made from other data than stands there now, and how they differ."""

    stage: str
    problem: str


def begin(project: Project, name: str) -> MadeFrom:
    """Check that what stage `name` reads belongs together; returns its `made_from`.

    Raises
    ------
    AssayError
        If a file of the project holds a merge conflict, or an input is missing,
        was changed by hand, or was made from other data, parameters, card, key or
        decisions than those that stand there now; it names the command that fixes it.
    """
    for conflict in conflicts(project.root):
        raise conflict
    this = stages.stage(name)
    before = stages.upstream(name)
    for stale in find_stale(project, before):
        raise refusal(stale, name)
    reports = {stage.name: read_report(project, stage.name) for stage in before}
    for read in this.reads:
        if read not in reports:
            continue
        outputs: dict[str, str] = reports[read]["outputs"]
        if file_digests(project.stage(read)) != outputs:
            raise refusal(
                Stale(read, f"data/{read} is not what stage `{read}` wrote: its files were changed"), name
            )
    made_from = MadeFrom(
        {
            "stages": {read: version_of(reports[read]) for read in this.reads if read in reports},
            "files": read_files(project.root, this),
            "params": used_params(project, this),
            "card": card_digests(project.task, this),
            **({"key_id": project.key.key_id} if this.keyed else {}),
        }
    )
    made_from.key = project.key
    return made_from


def refusal(stale: Stale, name: str) -> AssayError:
    """The error of stage `name` that will not go on from `stale`."""
    after = stages.NAMES[stages.NAMES.index(stale.stage) + 1 : stages.NAMES.index(name) + 1]
    by_hand = ", ".join(f"assay {stage}" for stage in (stale.stage, *after))
    return AssayError(f"{name} refuses to go on: {stale.problem}", fix=f"dvc repro {name}   (or: {by_hand})")


def refuse_stale_gold(project: Project, name: str, manifest: Mapping[str, Any]) -> None:
    """Refuse stage `name`, which reads gold, where gold was made from something else than stands there now.

    A project that holds gold without the stages' outputs (a clone, a published version) has nothing to
    compare it with and goes on.

    Raises
    ------
    AssayError
        Naming the first stage to run again.
    """
    if not all((project.stage(stage) / "report.json").exists() for stage in stages.REPORTING):
        return
    for stale in find_stale(project):
        raise refusal(stale, name)
    made_from = manifest.get("made_from", {})
    for stage in stages.REPORTING:
        if stage in made_from and made_from[stage] != version_of(read_report(project, stage)):
            raise refusal(
                Stale("publish", f"gold/ was published from another data/{stage} than stands there"), name
            )


def find_stale(project: Project, wanted: tuple[Stage, ...] = stages.CURATION) -> Iterator[Stale]:
    """The stages of `wanted` that are stale, the first to run again first.

    Raises
    ------
    AssayError
        If one has not run, or its report cannot be read.
    """
    reports: dict[str, dict[str, Any]] = {}
    key = key_here(project)
    for stage in wanted:
        report = reports[stage.name] = read_report(project, stage.name)
        if not isinstance(report.get("made_from"), dict) or not isinstance(report.get("outputs"), dict):
            yield Stale(
                stage.name, f"data/{stage.name} does not say what it was made from (an older assay wrote it)"
            )
            continue
        for problem in _differences(project, stage, report, reports, key):
            yield Stale(stage.name, problem)
            break


def _differences(
    project: Project,
    stage: Stage,
    report: Mapping[str, Any],
    reports: Mapping[str, Mapping[str, Any]],
    key: Key | None,
) -> Iterator[str]:
    """In what a stage's record differs from what stands there now."""
    made_from, folder = report["made_from"], f"data/{stage.name}"
    key_id = key.key_id if key else None
    if stage.keyed and key_id and made_from.get("key_id") != key_id:
        yield f"{folder} was made with another secret key (key id {made_from.get('key_id')}, now {key_id})"
    elif key and (words := seal.problem(seal.standing(report, key, SEALED), f"{folder}/report.json")):
        yield words
    if stage.sources and (edited := stage.sources_module().edited(project, report)):
        yield f"{', '.join(edited)} changed since `{stage.name}` read {'it' if len(edited) == 1 else 'them'}"
    for read in stage.reads:
        if made_from.get("stages", {}).get(read) != version_of(reports[read]):
            yield f"{folder} was made from another data/{read} than the one that stands there"
    now = used_params(project, stage)
    if not key_id:  # keyed digests (of a steward's lists, of people) cannot be made again without the key
        keyed = {name: made_from["params"][name] for name in KEYED if name in (made_from.get("params") or {})}
        now |= keyed
    if changed := _changed(made_from.get("params"), now):
        names = ", ".join(f"{stage.name}.{name}" for name in changed)
        yield f"{folder} was made with other parameters than params.yaml has now: {names}"
    if changed := _changed(made_from.get("card"), card_digests(project.task, stage)):
        yield f"{folder} was made with another task card: {', '.join(changed)} of task.yaml changed"
    for file in _changed(made_from.get("files"), read_files(project.root, stage)):
        yield f"{file} changed since `{stage.name}` read it"
    share = report.get("drop_share", {})
    if share and share["dropped"] > share["allowed"]:
        yield (
            f"`{stage.name}` dropped {share['dropped']:.0%} of its rows, over the "
            f"{share['allowed']:.0%} that "
            f"`{stage.name}.max_dropped` of params.yaml allows"
        )


def _changed(before: Any, now: Mapping[str, Any]) -> list[str]:
    before = before if isinstance(before, dict) else {}
    return sorted(name for name in {*before, *now} if before.get(name, _ABSENT) != now.get(name, _ABSENT))


_ABSENT = object()


def read_report(project: Project, name: str) -> dict[str, Any]:
    """The `report.json` of curation stage `name`.

    Raises
    ------
    AssayError
        If it is missing or is not a JSON object.
    """
    path = project.stage(name) / "report.json"
    if not path.exists():
        raise absent(project, path, name)
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        report = None
    if not isinstance(report, dict):
        raise AssayError(f"{path} is not a JSON object", fix=f"assay {name}   (or: dvc repro -f -s {name})")
    return report


def absent(project: Project, path: Path, made_by: str) -> AssayError:
    """The error of an output that is not there: never made, or made elsewhere and not fetched."""
    if locked(project, stages.stage(made_by).output):
        return AssayError(
            f"{path} is not in this working copy, though dvc.lock names it: its data has not been fetched",
            fix="dvc pull   (from the remote; or make it again from the raw files: dvc repro)",
        )
    return AssayError(
        f"{path} does not exist: stage `{made_by}` has not run",
        fix=f"assay {made_by}   (or: dvc repro {made_by})",
    )


def locked(project: Project, output: str) -> bool:
    """Whether the project's `dvc.lock` names `output`."""
    return names_output(project.root, output)


def names_output(root: Path, output: str) -> bool:
    """Whether the `dvc.lock` in `root` names `output`; read as text, so a damaged one does not hide the
    answer.
    """
    lock = root / "dvc.lock"
    if not lock.exists():
        return False
    text = lock.read_text(encoding="utf-8", errors="replace")
    return re.search(rf"^[\s-]*path: {re.escape(output)}\s*$", text, re.MULTILINE) is not None


def version_of(report: Mapping[str, Any]) -> str:
    """A short name of what a stage wrote: a digest of the digests of its files."""
    return short_digest(report.get("outputs"))


def short_digest(value: object) -> str:
    """Digest (16 bytes, hex) of a JSON-safe value in canonical form."""
    return hashlib.blake2b(canonical_json(value).encode(), digest_size=16).hexdigest()


def file_digest(path: Path) -> str:
    """BLAKE2b digest (32 bytes, hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def file_digests(folder: Path) -> dict[str, str]:
    """Digest of each Parquet file in `folder` by name: whether it is as written, without reading rows."""
    return {path.name: file_digest(path) for path in sorted(folder.glob("*.parquet"))}


def read_files(root: Path, stage: Stage) -> dict[str, str]:
    """Digest of each committed file that a stage reads, by path; of those it reads if there are any, only
    those that have lines.
    """
    nothing = short_digest([])
    optional = {file: lines_digest(root / file) for file in stage.files_if_any}
    return {
        **{file: lines_digest(root / file) for file in stage.files},
        **{file: digest for file, digest in optional.items() if digest != nothing},
    }


def lines_digest(path: Path) -> str:
    """Digest of a journal's lines, of equal ones the last, in their order: the later line speaks. A journal
    that does not exist has none.
    """
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return short_digest(list(dict.fromkeys(line for line in reversed(text.split("\n")) if line.strip())))


def used_params(project: Project, stage: Stage) -> dict[str, Any]:
    """The stage's section of `params.yaml` with its defaults, but for what changes its speed only."""
    if not stage.params:
        return {}
    params = project.params(stage.name, stage.model())
    section = params.model_dump(mode="json", exclude=set(stage.only_speed))
    used: dict[str, Any] = portable(section)
    return used | params.recorded(project.root, key_here(project))


def card_digests(card: TaskCard, stage: Stage) -> dict[str, str]:
    """Digest of each field of the task card that the stage's output depends on."""
    fields = card.model_dump(mode="json", include=set(stage.card))
    if "sources" in fields:  # the rest of a source is for people, and no row holds it
        fields["sources"] = {
            name: [source["licence"], source["lawful_basis"]] for name, source in fields["sources"].items()
        }
    return {name: short_digest(portable(value)) for name, value in fields.items()}


def portable(value: Any) -> Any:
    """`value` with absolute paths cut to their last part: where a file lies on one machine is not part of a
    version.
    """
    if isinstance(value, Mapping):
        return {name: portable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [portable(part) for part in value]
    if isinstance(value, str) and (
        PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute() or value.startswith("~")
    ):
        return PureWindowsPath(value).name if "\\" in value else PurePosixPath(value).name
    return value
