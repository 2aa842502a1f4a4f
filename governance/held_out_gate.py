"""The gate on the held-out set: every row that was ever frozen as held out is still held out, whatever
`split.lock` says today.

Three witnesses are asked. The lock's seal says whether its thresholds and its list of held-out rows are those
that a holder of the key froze. The list says whether one of these rows stands in training or is gone. And the
lock's history in git says whether an earlier list had rows that this one lacks: a lock that was deleted and
drawn anew carries a true seal. A split drawn anew on purpose says so in the lock (`assay split --refreeze
--reason`). Costs a keyed digest for each published row and one `git show` for each version of the lock.
"""

from __future__ import annotations

from collections.abc import Iterator

from curate import seal
from curate.errors import AssayError
from curate.keys import Key
from curate.project import Project
from curate.publish.gold import load_gold
from curate.split.lock import LOCK_FILE, OLD_FORMAT, SplitLock, held_out_digests, parse_lock, read_lock
from curate.text import plain, plural
from curate.versions.revisions import git
from governance.params import CheckParams

Verdict = tuple[bool, str, str]  # passed, what was seen, what to run

# Versions of the lock that are read from git, newest first; each takes some milliseconds.
SEARCHED = 200


def held_out(project: Project) -> Iterator[Verdict]:
    """Whether the held-out set is the one frozen, or has grown from it."""
    lock, key = read_lock(project.root), seal.key_here(project)
    restore = f"git checkout -- {LOCK_FILE} && dvc repro"
    if lock is None:
        words = f"{LOCK_FILE} does not exist: the held-out set is not frozen"
        yield False, words, f"dvc repro split   (or: assay split), then commit {LOCK_FILE}"
        return
    if key is None:
        words = seal.problem(seal.Standing.NO_KEY, LOCK_FILE)
        yield False, f"{words}; whether the held-out rows are those of the freeze cannot be told", _KEY
        return
    if lock.format == OLD_FORMAT:
        words = f"{LOCK_FILE} is of the old form, without a seal: its thresholds may have been edited"
        yield False, words, "dvc repro split   (seals it where nothing changed; else: assay split --migrate)"
        return
    if words := seal.problem(lock.standing(key), LOCK_FILE):
        yield False, words, restore
        return
    gold = load_gold(project.gold)
    tested = set(held_out_digests(gold.test["example_id"], key))
    learnt = {
        digest: split
        for split in ("train", "validation")
        for digest in held_out_digests(gold.splits[split]["example_id"], key)
    }
    if moved := [learnt[digest] for digest in lock.held_out if digest in learnt]:
        where = ", ".join(f"{moved.count(split):,} in {split}" for split in sorted(set(moved)))
        words = f"{plural(len(moved), 'row')} frozen as held out left the held-out set: {where}"
        yield False, f"{words}; scores on the rest mean nothing", restore
        return
    earlier, looked = _earlier(project, key)
    replaced = {entry.replaced for entry in lock.refrozen}
    left = {
        digest
        for past in earlier
        if past.frozen_test.digest not in replaced
        for digest in past.held_out
        if digest in learnt
    }
    if left:
        words = (
            f"{plural(len(left), 'row')} that an earlier {LOCK_FILE} in git froze as held out "
            f"{'is' if len(left) == 1 else 'are'} learnt from now: the split was drawn anew without a word"
        )
        fix = f"bring back the lock that git log -- {LOCK_FILE} shows, then: dvc repro   (on purpose: "
        yield False, words, f"{fix}assay split --refreeze --reason WHY, from that lock)"
        return
    gone = len(set(lock.held_out) - tested)
    allowed = project.params("check", CheckParams).held_out_gone
    if gone > (allowed.rows if allowed else 0):
        yield (
            False,
            f"the held-out set shrank: {gone:,} of the {len(lock.held_out):,} rows frozen are gone, and with "
            "them what they would have shown",
            "look at them (gold/ledger.parquet, assay why ROW); if they are rightly gone, say so in "
            f'params.yaml:  check: {{held_out_gone: {{rows: {gone}, reason: why, date: "YYYY-MM-DD"}}}}',
        )
        return
    yield True, _words(lock, len(tested), gone, looked, key), ""


_KEY = "set ASSAY_KEY to the project's key, then: assay check"


def _words(lock: SplitLock, tested: int, gone: int, looked: str, key: Key) -> str:
    frozen = len(lock.held_out)
    grown = f", {tested - (frozen - gone):,} came after" if tested > frozen - gone else ""
    lost = f", {gone:,} gone as check.held_out_gone allows" if gone else ""
    words = f"the {frozen:,} rows frozen as held out are held out{grown}{lost}"
    again = [f"drawn anew on purpose: {plain(entry.reason, 80)}" for entry in lock.refrozen]
    return "; ".join(filter(None, [words, *again, looked, seal.notice(key)]))


def _earlier(project: Project, key: Key) -> tuple[list[SplitLock], str]:
    """Every version of the lock in the history of HEAD that carries a true seal, and what was not looked at,
    in words.
    """
    root = project.root
    try:
        commits = git(root, "log", f"-n{SEARCHED}", "--format=%H", "--", LOCK_FILE)
        shallow = git(root, "rev-parse", "--is-shallow-repository")
    except AssayError:  # no git here
        commits = shallow = None
    if commits is None:
        return [], f"there is no git history here, so earlier versions of {LOCK_FILE} were not compared"
    locks = []
    for commit in commits.split():
        try:
            lock = parse_lock(git(root, "show", f"{commit}:./{LOCK_FILE}") or "")
        except (AssayError, ValueError, RecursionError):
            continue  # deleted there, or damaged: it froze nothing
        if lock.standing(key) is seal.Standing.TRUE:
            locks.append(lock)
    cut = (shallow or "").strip() == "true"
    return locks, f"this clone is shallow: older versions of {LOCK_FILE} were not compared" if cut else ""
