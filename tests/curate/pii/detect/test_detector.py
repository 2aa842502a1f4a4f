"""The detector is offline and silent, and fails closed."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from typing import Any

import pytest

from curate.errors import AssayError
from curate.pii.detect.params import ScanParams


def _detector(**params: Any) -> Any:
    from curate.pii.detect.detector import Detector

    return Detector(ScanParams(**params))


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    from curate.pii.detect.recognizers.online import _suffixes

    def cut(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    _suffixes.cache_clear()
    monkeypatch.setattr(socket.socket, "connect", cut)
    monkeypatch.setattr(socket, "getaddrinfo", cut)
    detector = _detector()
    hits = detector.find("mail jo.smith@example.co.uk, see www.example.com or call 07911 123456")
    assert [hit.entity for hit in hits] == ["EMAIL_ADDRESS", "PHONE_NUMBER"]


def test_the_suffix_list_is_the_bundled_one() -> None:
    from curate.pii.detect.recognizers.online import _suffixes

    assert _suffixes().suffix_list_urls == ()


@pytest.mark.slow
def test_nothing_found_reaches_a_log_even_at_debug_level() -> None:
    script = (
        "import logging, sys; logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)\n"
        "from curate.pii.detect.detector import Detector; from curate.pii.detect.params import ScanParams\n"
        "hits = Detector(ScanParams()).find('mail canary.seven@example.com, card 4111 1111 1111 1111, "
        "GB29 NWBK 6016 1331 9268 19')\n"
        "assert len(hits) == 3"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not any(part in run.stdout + run.stderr for part in ("canary", "4111", "NWBK"))


def test_a_regex_that_times_out_is_an_error_not_a_clean_text(
    detector: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognizer = next(one for one in detector.recognizers if "UK_NINO" in one.supported_entities)

    class _Slow:
        def finditer(self, text: str, *args: object, **kwargs: object) -> None:
            raise TimeoutError

    monkeypatch.setattr(recognizer, "_reads", [(_Slow(), *rest) for _, *rest in recognizer._reads])
    _detector(
        entities=("UK_NINO",)
    )  # another detector, and a program that sets up its own logging, must not deafen this one
    logging.getLogger("presidio-analyzer").handlers.clear()
    with pytest.raises(AssayError, match="failed with TimeoutError") as caught:
        detector.find("canary AB123456C")
    assert "canary" not in str(caught.value)
    monkeypatch.undo()
    assert detector.find("canary AB123456C")


def test_a_detector_that_fails_shows_no_text(detector: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = next(one for one in detector.recognizers if "UK_NINO" in one.supported_entities)

    def burst(text: str, **kwargs: object) -> None:
        raise ValueError(f"cannot read {text}")

    monkeypatch.setattr(recognizer, "analyze", burst)
    with pytest.raises(AssayError, match="failed with ValueError") as caught:
        detector.find("canary AB123456C")
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "params",
    [{"entities": ("EMAIL",)}, {"thresholds": {"PHONE": 0.5}}, {"entities": ("PERSON",), "ner": None}],
)
def test_an_unknown_entity_is_an_error(params: dict[str, Any]) -> None:
    with pytest.raises(AssayError, match="unknown entities"):
        _detector(**params)


def test_only_the_named_entities_are_found() -> None:
    detector = _detector(entities=("UK_NINO", "AU_TFN"))
    assert detector.names == ("AU_TFN", "UK_NINO")
    assert [hit.entity for hit in detector.find("AB123456C jo@example.com")] == ["UK_NINO"]


def test_a_threshold_is_per_entity() -> None:
    strict = _detector(entities=("EMAIL_ADDRESS", "UK_NINO"), thresholds={"UK_NINO": 0.8})
    assert [hit.entity for hit in strict.find("AB123456C jo@example.com")] == ["EMAIL_ADDRESS"]
    assert [hit.entity for hit in strict.find("NI number AB123456C")] == ["UK_NINO"]


def test_the_fingerprint_follows_the_configuration(detector: Any) -> None:
    same, other = _detector(processes=2, ner=None), _detector(threshold=0.5, ner=None)
    assert same.describe() == detector.describe()
    assert other.describe()["fingerprint"] != detector.describe()["fingerprint"]


def test_a_scan_by_bundled_detectors_loads_no_deep_learning_library() -> None:
    """Importing torch and transformers takes six seconds, and nothing of theirs is used."""
    script = (
        "import sys, polars as pl; from curate.pii.scan.search import search\n"
        "from curate.pii.detect.detector import Detector; from curate.pii.detect.params import ScanParams\n"
        "frame = pl.DataFrame({'row': [0], 'text': ['Ring Tom on 07700 900123']})\n"
        "assert search(frame, ['text'], Detector(ScanParams())).height == 2\n"
        "print([name for name in ('torch', 'transformers', 'sklearn', 'gliner') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_torch_stays_importable_after_the_light_import(detector: Any) -> None:
    pytest.importorskip("torch")
    import torch

    assert torch.__version__
    assert logging.getLogger("presidio-analyzer").propagate is False
