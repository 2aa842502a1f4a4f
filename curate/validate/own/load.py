"""A user's file of rules: read, run, and what it declares.

It is code and runs with the rights of who runs `assay`: a path typed on the command line is consent, one that
`params.yaml` names needs `ASSAY_RUN` (`curate.outside`). What it prints goes to stderr. Errors name the file
and the line; an exception's own words are left out, for they may quote a row.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from curate.errors import AssayError
from curate.outside import agreed_code, inside
from curate.project import Project
from curate.text import plain, shell_word
from curate.validate.catalogue import REQUIREMENTS
from curate.validate.own.declare import OwnRule, being_declared
from curate.validate.own.schemas import schema_rules
from curate.validate.params import ValidateParams
from curate.validate.rules import RULES

_BY = "validate.rules_file of params.yaml"


def digest(path: Path) -> str:
    """SHA-256 of the file.

    Raises
    ------
    AssayError
        If it cannot be read.
    """
    return hashlib.sha256(_content(path)).hexdigest()


def project_rules(project: Project, params: ValidateParams) -> tuple[OwnRule, ...]:
    """The rules of the file that `params.yaml` names; none where it names none.

    Raises
    ------
    AssayError
        If nobody has agreed to run it, `dvc.yaml` does not say that `validate` depends on it, it cannot be
        loaded, or `validate.rules` names a rule that does not exist.
    """
    if params.rules_file is None:
        return ()
    _refuse_unseen(project.root, params.rules_file)
    own = load(agreed_code(project.root, params.rules_file, by=_BY))
    params.refuse_unknown([rule.code for rule in own])
    return own


def _refuse_unseen(root: Path, named: str) -> None:
    """Fail where DVC would not notice that the file has changed."""
    from curate.params import read_yaml

    if not (root / "dvc.yaml").exists():
        return
    stages = read_yaml(root / "dvc.yaml").get("stages")
    stage = stages.get("validate") if isinstance(stages, dict) else None
    deps = stage.get("deps") if isinstance(stage, dict) else None
    place = inside(root, named, by=_BY).resolve()
    if isinstance(stage, dict) and not any(
        isinstance(dep, str) and place == (root / dep).resolve() for dep in deps or []
    ):
        raise AssayError(
            f"dvc.yaml does not say that stage `validate` depends on {plain(named)}: dvc would not notice "
            f"that the rules have changed",
            fix=f"add `- {plain(named)}` to the deps of stage validate in dvc.yaml",
        )


def load(path: Path) -> tuple[OwnRule, ...]:
    """Run a file of rules and collect what it declares, in its order.

    Raises
    ------
    AssayError
        If the file is missing, is not UTF-8, is not Python, fails when it runs, declares nothing, or two
        rules have one name.
    """
    shown, source = plain(str(path)), _source(path)
    try:
        code = compile(source, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise AssayError(
            f"{shown}:{line} is not Python: {type(error).__name__}", fix=f"correct line {line} of {shown}"
        ) from None
    # Dataclasses and pandera models look their module up by its name.
    module = ModuleType(f"_assay_rules_{hashlib.sha256(source.encode()).hexdigest()[:12]}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    declared: list[OwnRule] = []
    token = being_declared.set(declared)
    try:
        with redirect_stdout(sys.stderr):
            exec(code, module.__dict__)  # what the person agreed to
    except AssayError as error:
        raise AssayError(_placed(error.problem, shown), fix=error.fix) from None
    except (Exception, SystemExit) as error:
        line = line_of(error, path) or 1
        raise AssayError(
            f"{shown}:{line} fails when the file is read: {type(error).__name__}",
            fix=f"correct it; try: python {shell_word(path)}",
        ) from error
    finally:
        being_declared.reset(token)
    _refuse_clashes([rule.at(_placed(rule.where, shown)) for rule in declared])
    own = tuple(_declared(module, path))
    if not own:
        raise AssayError(
            f"{shown} declares neither a rule nor a pandera schema",
            fix="put @rule (from assay import rule) over a function",
        )
    _refuse_clashes(own)
    return own


def _declared(module: ModuleType, path: Path) -> Iterator[OwnRule]:
    seen: set[int] = set()
    for name, value in list(vars(module).items()):
        if id(value) in seen or name.startswith("__"):
            continue
        seen.add(id(value))
        if isinstance(value, OwnRule):
            yield value.at(_placed(value.where, plain(str(path))))
        elif _is_schema(value, module):
            yield from schema_rules(name, value, plain(str(path)))


def _is_schema(value: Any, module: ModuleType) -> bool:
    """Whether a value is a pandera schema, or a model that the file itself defines."""
    if "pandera" not in sys.modules:
        return False
    import pandera.polars as pa

    if isinstance(value, type):
        return issubclass(value, pa.DataFrameModel) and value.__module__ == module.__name__
    return isinstance(value, pa.DataFrameSchema)


def _placed(words: str, file: str) -> str:
    """Words that begin with `line 7` with the file named before."""
    return f"{file}:{words.removeprefix('line ')}" if words.startswith("line ") else f"{file}: {words}"


def _refuse_clashes(own: Sequence[OwnRule]) -> None:
    first: dict[str, OwnRule] = {}
    for rule in own:
        if rule.code in RULES or rule.code in REQUIREMENTS:
            raise AssayError(
                f"{rule.where}: rule `{rule.code}` has the name of one of assay's own rules",
                fix="rename it; assay rules --list names those that there are",
            )
        if rule.code in first:
            raise AssayError(
                f"{rule.where}: rule `{rule.code}` is declared twice, first at {first[rule.code].where}",
                fix="rename one of them",
            )
        first[rule.code] = rule


def line_of(error: BaseException, path: Path) -> int | None:
    """The last line of the file at `path` that an exception went through."""
    line, step = None, error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == str(path):
            line = step.tb_lineno
        step = step.tb_next
    return line


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssayError(
            f"{plain(str(path))}, a file of rules, cannot be read: {error.strerror or type(error).__name__}",
            fix="name the file that holds the rules (validate.rules_file, or --rules-file)",
        ) from None


def _source(path: Path) -> str:
    content = _content(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise AssayError(
            f"{plain(str(path))}:{line} is not UTF-8", fix=f"save {plain(str(path))} as UTF-8"
        ) from None
