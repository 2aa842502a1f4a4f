"""Optional named-entity models as Presidio recognizers: spaCy, a transformers token classifier, or GLiNER.

Each model is a folder on disk or a hub id. Only a hub id touches the network, because the user named
something remote.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.network import network
from curate.pii.detect.params import NerParams

# Model labels -> Presidio's names. CoNLL-2003 (PER, LOC, ORG, MISC) and OntoNotes 5 (PERSON, GPE, NORP, ...).
LABELS = {
    "PER": "PERSON",
    "PERSON": "PERSON",
    "LOC": "LOCATION",
    "LOCATION": "LOCATION",
    "GPE": "LOCATION",
    "FAC": "LOCATION",
    "ORG": "ORGANIZATION",
    "ORGANIZATION": "ORGANIZATION",
    "ORGANISATION": "ORGANIZATION",
    "NORP": "NRP",
    "DATE": "DATE_TIME",
    "TIME": "DATE_TIME",
}
# OntoNotes labels of things and amounts, not persons.
_IGNORED = frozenset(
    {
        "O",
        "CARDINAL",
        "ORDINAL",
        "MONEY",
        "PERCENT",
        "QUANTITY",
        "PRODUCT",
        "EVENT",
        "WORK_OF_ART",
        "LAW",
        "LANGUAGE",
        "MISC",
    }
)
# GLiNER takes its labels as prompts.
_GLINER_PROMPTS = {
    "person": "PERSON",
    "location": "LOCATION",
    "organization": "ORGANIZATION",
    "nationality or religion": "NRP",
}
# Presidio's default score for spaCy entities, which come without one.
_SPACY_SCORE = 0.85

_PACKAGES = {
    "spacy": "pip install spacy",
    "transformers": "pip install 'assay[train]'",
    "gliner": "pip install gliner",
}


def load(params: NerParams, language: str) -> Any:
    """The recognizer for a configured model.

    Raises
    ------
    AssayError
        If its package is not installed, or the model is missing or unreadable.
    """
    model = params.model or ""
    remote = not Path(model).exists()
    if remote and (model.startswith((".", "/", "~")) or (os.sep in model and model.count("/") != 1)):
        raise AssayError(
            f"`scan.ner.model`: the folder {model} does not exist",
            fix="give a folder that holds the model, or a hub id such as owner/name",
        )
    try:
        with network(allowed=remote):
            return {"spacy": _spacy, "transformers": _transformers, "gliner": _gliner}[params.engine](
                model, remote, language
            )
    except ImportError as error:
        raise AssayError(
            f"`scan.ner`: {params.engine} is not installed", fix=_PACKAGES[params.engine]
        ) from error
    except Exception as error:
        raise AssayError(
            f"`scan.ner`: the {params.engine} model {model} cannot be loaded ({type(error).__name__})",
            fix=f"check the name or the folder; for a model on disk it must hold what {params.engine} saves",
        ) from error


def _entity(label: str) -> str | None:
    """Presidio's name for a model's label (`B-PER` -> `PERSON`); a label we do not know keeps its own name,
    fail closed.
    """
    bare = (
        label.upper().split("-", 1)[1]
        if label.upper()[:2] in ("B-", "I-", "U-", "L-", "E-", "S-")
        else label.upper()
    )
    return None if bare in _IGNORED else LABELS.get(bare, bare)


def _spacy(model: str, remote: bool, language: str) -> Any:
    import spacy
    from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult

    if remote and "/" in model:
        from huggingface_hub import snapshot_download

        model = snapshot_download(model)
    pipeline = spacy.load(model)
    labels = {
        label
        for name in pipeline.pipe_names
        for label in getattr(pipeline.get_pipe(name), "labels", ())
        if name in ("ner", "entity_ruler", "span_ruler")
    }
    if not labels:
        raise ValueError("no named-entity component")

    class SpacyNerRecognizer(LocalRecognizer):  # type: ignore[misc]
        """A spaCy pipeline's entities."""

        def load(self) -> None:
            """Loaded already."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            """The pipeline's entities among those asked for."""
            return [
                RecognizerResult(
                    _entity(span.label_),
                    span.start_char,
                    span.end_char,
                    _SPACY_SCORE,
                    AnalysisExplanation(recognizer=self.name, original_score=_SPACY_SCORE),
                )
                for span in pipeline(text).ents
                if _entity(span.label_) in entities
            ]

    return SpacyNerRecognizer(
        supported_entities=sorted({name for label in labels if (name := _entity(label))}),
        supported_language=language,
    )


def _transformers(model: str, remote: bool, language: str) -> Any:
    import torch
    from presidio_analyzer.predefined_recognizers.ner import (
        HuggingFaceNerRecognizer,
        huggingface_ner_recognizer,
    )
    from transformers import AutoConfig, pipeline

    # Bound at Presidio's import, which may have been the light one.
    huggingface_ner_recognizer.torch, huggingface_ner_recognizer.hf_pipeline = (
        torch,
        _trusting_nobody(pipeline),
    )

    labels = [
        str(label)
        for label in AutoConfig.from_pretrained(
            model, local_files_only=not remote, trust_remote_code=False
        ).id2label.values()
    ]
    names = {label: name for label in labels if (name := _entity(label))}
    mapping = {(label[2:] if label[1:2] == "-" else label): name for label, name in names.items()}
    recognizer = HuggingFaceNerRecognizer(
        model_name=model,
        label_mapping=mapping,
        supported_entities=sorted(set(mapping.values())),
        supported_language=language,
        device="cpu",
    )
    recognizer.load()
    return recognizer


def _trusting_nobody(pipeline: Callable[..., Any]) -> Callable[..., Any]:
    """transformers' `pipeline`, which else would ask on the terminal whether a model's code may run."""
    return partial(pipeline, trust_remote_code=False)


def _gliner(model: str, remote: bool, language: str) -> Any:
    import gliner  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    from presidio_analyzer.predefined_recognizers.ner import GLiNERRecognizer

    recognizer = GLiNERRecognizer(
        model_name=model,
        entity_mapping=dict(_GLINER_PROMPTS),
        supported_language=language,
        map_location="cpu",
    )
    recognizer.load()
    return recognizer
