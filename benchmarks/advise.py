"""Is the advice of `assay advise` right?

    python -m benchmarks.advise [--verbose] [tuning|held_out|public|ours ...]

`tuning` tasks were looked at while the rules were written. `held_out` tasks were committed with their
verdicts before any rule was, and judged once when the rules stood: 14 of 14. After that look two rules were
made more careful, for the sake of small samples of `ours` and not of any of them (`too-few`, and noise only
where words are sure of the labels); they stand at 14 of 14 still. `public` are the sets of ../shared/data,
rightly posed and as questions whose answer is not in the input; `ours` the sample and the examples of this
repository. The figures stand in docs/advise.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable

from benchmarks.advise_tasks.held_out import held_out
from benchmarks.advise_tasks.judge import judged
from benchmarks.advise_tasks.public import ours, public
from benchmarks.advise_tasks.task import Task
from benchmarks.advise_tasks.tuning import tuning

SETS: dict[str, Callable[[], Iterable[Task]]] = {
    "tuning": tuning,
    "held_out": held_out,
    "public": public,
    "ours": ours,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", choices=[*SETS, []], default=[])
    parser.add_argument("--verbose", action="store_true", help="every signal of every task")
    asked = parser.parse_args()
    for name in asked.sets or SETS:
        print(f"\n{name}\n")
        print("| task | kind | planted | right | advised | by rule | s |")
        print("|---|---|---|---|---|---|---|")
        right = total = 0
        for task in SETS[name]():
            started = time.process_time()
            advice = judged(task)
            seconds = time.process_time() - started
            right, total = right + (advice.verdict == task.verdict), total + 1
            mark = "" if advice.verdict == task.verdict else " **wrong**"
            print(
                f"| {task.name} | {task.kind} | {task.fault} | {task.verdict} | {advice.verdict}{mark} | "
                f"{advice.rule.name} | {seconds:.1f} |"
            )
            if asked.verbose or mark:
                for signal in advice.signals.values():
                    print(f"      {signal.name}: {signal.said}")
        print(f"\n{right} of {total} right")


if __name__ == "__main__":
    main()
