"""Presidio's interfaces of language over the tokens and stems of `lemmas`, without a model: what its context
enhancement lives on.

Presidio raises a match's score when a context word stands near it, and finds that word among the *lemmas* its
NLP engine gives. With no engine there are no lemmas and the enhancement dies without a word. spaCy's would
need a model of 12 MB and a millisecond a text; a rule of six endings does for context words ("called" ->
"call", "parcels" -> "parcel"), because the context phrases are put through the same rule: it need not be
right, only the same on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from curate.pii.detect.context.lemmas import TOKEN, lemma


class LightArtifacts(NlpArtifacts):  # type: ignore[misc]
    """A text's tokens and lemmas, made when first asked for: most texts have no match and never are."""

    def __init__(self, text: str, language: str) -> None:
        self.text, self.language = text, language
        self.entities: list[object] = []
        self.scores: list[float] = []

    @cached_property
    def tokens(self) -> list[str]:
        """Words and single marks, in order."""
        return TOKEN.findall(self.text)

    @cached_property
    def tokens_indices(self) -> list[int]:
        """Where each token starts."""
        return [match.start() for match in TOKEN.finditer(self.text)]

    @cached_property
    def lemmas(self) -> list[str]:
        """The stem of each token."""
        return [lemma(token) for token in self.tokens]

    @cached_property
    def keywords(self) -> list[str]:
        """The lemmas that are not punctuation: what Presidio's own enhancer takes for context."""
        return [stem for stem in self.lemmas if len(stem) > 1 or stem.isalnum()]


class LightNlpEngine(NlpEngine):  # type: ignore[misc]
    """Presidio's NLP engine interface over `TOKEN` and `lemma`; finds no named entities."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        """Always."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Tokens, their offsets and their lemmas."""
        return LightArtifacts(text, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: object
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """`process_text` of each text."""
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """No word is: context phrases such as "date of birth" need them all."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Whether a token is one punctuation mark."""
        return len(word) == 1 and not word.isalnum()

    def get_supported_entities(self) -> list[str]:
        """None: it is not a named-entity model."""
        return []

    def get_supported_languages(self) -> list[str]:
        """English."""
        return ["en"]
