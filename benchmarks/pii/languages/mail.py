"""HR and support mail in seven languages: names, numbers, addresses and dates of birth marked, and traps.

`mail_texts/LANGUAGE-first.txt` (60 texts; German, French, Spanish, Dutch) was written before anything was
changed for it and then worked with; `LANGUAGE-second.txt` (30 texts, seven languages) was written after that
and looked at once, then worked with too. Other wording than the training templates, all invented. `\\n` is a
line break, `[[...]]` a person, `{{value|K}}` a value of kind K: T telephone, A address, D date of birth, M
mail, B IBAN, P password, I a paper's number.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from curate.pii.detect.detector import Detector
from curate.pii.detect.params import ScanParams

FOLDER = Path(__file__).parent / "mail_texts"
_MARKED = re.compile(r"\[\[(.*?)\]\]|\{\{(.*?)\|(\w)\}\}")
_KINDS = {
    "T": "PHONE_NUMBER",
    "A": "STREET_ADDRESS",
    "D": "DATE_OF_BIRTH",
    "M": "EMAIL_ADDRESS",
    "B": "IBAN_CODE",
    "P": "PASSWORD",
}
# Reported, and nobody's.
_PLAIN = frozenset({"DATE_TIME", "NRP", "UUID"})


def texts(name: str) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Each text of a file and its marked places; the kind of a person is N."""
    rows = []
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        marked = line.replace("\\n", "\n")
        text, places, at = "", list[tuple[int, int, str]](), 0
        for match in _MARKED.finditer(marked):
            text += marked[at : match.start()]
            value = match[1] or match[2]
            places.append((len(text), len(text) + len(value), match[3] or "N"))
            text, at = text + value, match.end()
        rows.append((text + marked[at:], places))
    return rows


def counts(name: str, detector: Detector) -> Counter[str]:
    """What the whole scan finds of a file's marks: `persons`, `values`, and of each what is found, missed and
    false; `acted` counts persons from 0.6 on.
    """
    one = detector.of(name[:2])
    total: Counter[str] = Counter()
    for text, places in texts(name):
        hits = [hit for hit in [*one.find(text), *one.people([text])[0]] if hit.entity not in _PLAIN]
        hits = list({(hit.start, hit.end, hit.entity): hit for hit in hits}.values())
        for start, end, kind in places:
            over = [hit for hit in hits if hit.start < end and start < hit.end]
            if kind == "N":
                persons = [hit for hit in over if hit.entity == "PERSON"]
                total.update(persons=1, found=bool(persons), acted=any(hit.score >= 0.6 for hit in persons))
                continue
            covered = {at for hit in over for at in range(hit.start, hit.end)}
            whole = all(at in covered for at in range(start, end) if text[at].isalnum())
            named = kind not in _KINDS or _KINDS[kind] in {hit.entity for hit in over}
            total.update(values=1, values_found=whole and named)
        for hit in hits:
            if not any(hit.start < end and start < hit.end for start, end, _ in places):
                person = hit.entity == "PERSON"
                total.update(false=person, false_acted=person and hit.score >= 0.6, values_false=not person)
    return total


def main() -> None:
    """Print a table."""
    detector = Detector(ScanParams(language="auto"))
    print("| texts | persons | recall, precision at 0.4 | at 0.6 | values found | false |")
    print("|---|---:|---|---|---|---:|")
    for path in sorted(FOLDER.glob("*.txt"), key=lambda path: (path.stem[3:], path.stem)):
        c = counts(path.stem, detector)
        print(
            f"| {path.stem} | {c['persons']} | {c['found'] / c['persons']:.2f}, "
            f"{c['found'] / (c['found'] + c['false']):.2f} | {c['acted'] / c['persons']:.2f}, "
            f"{c['acted'] / (c['acted'] + c['false_acted']):.2f} | {c['values_found']} of {c['values']} "
            f"| {c['values_false']} |"
        )


if __name__ == "__main__":
    main()
