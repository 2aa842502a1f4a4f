"""Gates on what `evaluate` found: the target, and what the recommended model may have learned by heart,
forgotten or given away. Where nothing was evaluated the target fails, and the others have nothing to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from curate.documents import load_json
from curate.errors import AssayError
from curate.project import Project
from curate.sealed_folder import folder_problem
from governance.gate_answer import Gate
from governance.params import CheckParams

Judge = Callable[[Project, date], Iterator[Gate]]


class _NotEvaluated(AssayError):
    """Nothing was evaluated: gate `target` fails by it, others on the evaluation have nothing to judge."""


def _of_evaluation(
    name: str, gate: Callable[[Project, date], Iterator[Gate]]
) -> Callable[[Project, date], Iterator[Gate]]:
    """A gate that is skipped where nothing was evaluated, since `target` says so already."""

    def judged(project: Project, today: date) -> Iterator[Gate]:
        try:
            yield from gate(project, today)
        except _NotEvaluated as error:
            yield Gate(name, False, f"{error.problem}; see gate `target`", skipped=True)

    return judged


def _comparison(project: Project) -> dict[str, Any]:
    """What `evaluate` wrote of this gold version, as it was sealed."""
    from curate.publish.gold import load_manifest

    path = project.reports / "evaluation" / "comparison.json"
    if not path.exists():
        raise _NotEvaluated(
            "no system has been evaluated", fix="assay train && assay evaluate   (or: dvc repro)"
        )
    if words := folder_problem(path.parent, project.key, "evaluation"):
        raise AssayError(words, fix="dvc repro evaluate")
    comparison: dict[str, Any] = load_json(path)
    if comparison["gold"] != load_manifest(project.gold)["content_digest"]:
        raise AssayError("the evaluation is of another gold version", fix="dvc repro evaluate")
    return comparison


def _deployed(comparison: dict[str, Any]) -> str:
    """The system a user would deploy: the fine-tuned one only where the verdict says so."""
    chosen = "fine_tuned" if comparison["verdict"]["outcome"] == "fine_tune" else "best_simpler"
    return str(comparison[chosen])


def _target(project: Project, today: date) -> Iterator[Gate]:
    comparison = _comparison(project)
    metric, target = project.task.metric.name, project.task.metric.target
    chosen = _deployed(comparison)
    score = next(one[metric]["point"] for one in comparison["systems"] if one["name"] == chosen)
    words = f"{chosen}, which the verdict recommends, scores {score:.3f} {metric}; the target is {target}"
    yield Gate(
        "target",
        score >= target,
        words,
        ""
        if score >= target
        else "more or better examples (see the learning curve and the suspected labels in "
        "reports/index.html), or a target the task can bear",
    )


def _forgetting(project: Project, today: date) -> Iterator[Gate]:
    """The recommended model can still do what its base could."""
    from governance.forgetting_gate import forgetting

    comparison = _comparison(project)
    if comparison["params"].get("forgetting") is None:
        yield Gate(
            "forgetting", False, "not measured: evaluate.forgetting is null in params.yaml", skipped=True
        )
        return
    for verdict in forgetting(comparison, _deployed(comparison)):
        yield Gate("forgetting", *verdict)


def _answers(project: Project, today: date) -> Iterator[Gate]:
    """The recommended system writes no personal data that its input did not hold."""
    from governance.outputs_gate import personal_answers

    comparison = _comparison(project)
    decided = project.params("check", CheckParams).personal_answers
    for verdict in personal_answers(comparison, _deployed(comparison), decided):
        yield Gate("answers", *verdict)


def _memorised(name: str) -> Callable[[Project, date], Iterator[Gate]]:
    """The gate `name` on what fine-tuned models learned by heart."""

    def gate(project: Project, today: date) -> Iterator[Gate]:
        from governance.memorisation_gates import limits_of, memorised

        limits = limits_of(project.params("check", CheckParams), today.isoformat())
        for verdict in memorised(name, _comparison(project), limits):
            yield Gate(name, *verdict)

    return gate


EVALUATION_GATES: dict[str, Judge] = {
    "target": _target,
    "answers": _of_evaluation("answers", _answers),
    "forgetting": _of_evaluation("forgetting", _forgetting),
    **{
        name: _of_evaluation(name, _memorised(name))
        for name in ("overfitting", "membership", "verbatim", "canaries")
    },
}
