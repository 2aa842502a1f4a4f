"""`plain_words_europe.txt`: words of seven languages that the second tagger took for names, or lists of names
hold.

    python -m recipes.name_tagger.plain_europe SENTENCES -o curate/pii/detect/names/plain_words_europe.txt

`SENTENCES` is a folder of `de.txt`, `fr.txt`, ... with a sentence a line; the shipped list was counted in
Debian's fortune packages and translated manuals (the file's head names them). A fifth of the sentences, by
their CRC, is left out, to judge with.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

from curate.pii.detect.languages import LANGUAGES
from curate.pii.detect.names.recognizer import NameTagger, bundled
from curate.pii.detect.names.tokens import fold

_WORD = re.compile(r"[^\W\d_]{2,}")
_OPENS = re.compile(r"[.!?:;\"“«>\-–—(*']\s*[\"“«]?$")
_LISTED = 15  # the bits of `Lexicon.ranks` for first names and surnames
# Sentences that the tagger reads, a language.
_READ = 4_000


def judging(sentence: str) -> bool:
    """Whether a sentence is left out of the counts."""
    return crc32(sentence.encode()) % 5 == 0


def plain_words(sentences: Iterable[str], tagger: NameTagger, language: str) -> list[str]:
    """Words met twice in lower case and nine times as often so as with a capital within a sentence (German:
    met twice), that lists of names hold or the tagger takes for names.
    """
    kept = [one for one in dict.fromkeys(sentences) if not judging(one)]
    lower, capital = Counter[str](), Counter[str]()
    for sentence in kept:
        for match in _WORD.finditer(sentence):
            word = match.group()
            if word.islower():
                lower[word] += 1
            elif word.istitle() and match.start() and not _OPENS.search(sentence[: match.start()]):
                capital[word.lower()] += 1
    plain = {word for word, n in lower.items() if n >= 2 and (language == "de" or n >= 9 * capital[word])}
    listed = {word for word in plain if tagger.tagger.lexicon.ranks.get(fold(word), 0) & _LISTED}
    read = kept[:_READ]
    taken = {
        word.lower()
        for sentence, hits in zip(read, tagger.find(read, frozenset({"PERSON"})), strict=True)
        for hit in hits
        for word in _WORD.findall(sentence[hit.start : hit.end])
    }
    return sorted(listed | (taken & plain))


def main() -> None:
    """Count and print, a paragraph a language."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sentences", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    parts = []
    for language in LANGUAGES:
        if language != "en":
            lines = (given.sentences / f"{language}.txt").read_text(encoding="utf-8").splitlines()
            parts.append(f"[{language}]\n{' '.join(plain_words(lines, bundled(language), language))}\n")
    given.output.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
