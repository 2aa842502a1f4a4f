"""Credentials and links that name a person: what a reader could log in with, or follow to somebody.

A key is known by the prefix its issuer gives it, or by a label before it; a password only by its label and by
not being a word ("password: reset" is none). The prefixes are those the issuers publish for secret scanning
(GitHub, AWS, Stripe, Slack, Google, SendGrid, GitLab, npm, Hugging Face, OpenAI, DigitalOcean; JWT: RFC 7519;
PEM: RFC 7468).
"""

# ruff: noqa: RUF012 (PATTERNS is mutable in Presidio's form)

from __future__ import annotations

from presidio_analyzer import Pattern

from curate.pii.detect.recognizers.labelled import LabelledRecognizer

_ISSUED = "|".join(
    (
        r"(?:AKIA|ASIA)[A-Z0-9]{16}",
        r"gh[opsur]_[A-Za-z0-9]{36}",
        r"github_pat_[A-Za-z0-9_]{22,82}",
        r"glpat-[\w-]{20}",
        r"[prs]k_(?:live|test)_[A-Za-z0-9]{16,99}",
        r"sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,180}",
        r"xox[abprs]-[A-Za-z0-9-]{10,72}",
        r"AIza[\w-]{35}",
        r"SG\.[\w-]{16,32}\.[\w-]{16,64}",
        r"npm_[A-Za-z0-9]{36}",
        r"hf_[A-Za-z0-9]{30,40}",
        r"dop_v1_[a-f0-9]{64}",
        r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    )
)


class ApiKeyRecognizer(LabelledRecognizer):
    """API keys and tokens by prefix, PEM private keys, and long mixed runs after a label."""

    _LABEL = (
        r"\b(?:api[ _-]?key|(?:client|api|app|shared)[ _-]?secret|secret(?:[ _-]?access)?[ "
        r"_-]?key|(?:access|auth|api|bearer|refresh)[ _-]?token|bearer)\b"
    )
    PATTERNS = [
        Pattern(
            "Key (issued prefix)", r"(?-i:(?=[AGSadeghnoprsx])(?<![\w-])(" + _ISSUED + r")(?![\w-]))", 0.9
        ),
        Pattern(
            "Private key",
            r"(-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----.{20,4000}?-----END (?:[A-Z]+ "
            r")?PRIVATE KEY-----)",
            0.9,
        ),
        Pattern(
            "Key (labelled)",
            _LABEL
            + r"(?:\s*(?:[:=]|\bis\b|->)\s*|\s+)[\"'`]?((?=[\w./+=-]*\d)(?=[\w./+=-]*[a-z])[\w/+=-][\w./+=-]{14,126}[\w/+=-])",  # noqa: E501
            0.8,
        ),
    ]

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="API_KEY", patterns=self.PATTERNS, supported_language=supported_language
        )


class PasswordRecognizer(LabelledRecognizer):
    """A password or PIN after its label: after a mark it holds a digit or a sign, after "is" a digit; a PIN
    is four to eight digits.
    """

    _LABEL = r"\b(?:pass\s?words?|passwd|pass\s?code|pass\s?phrase|pwd|p/w|pw)\b(?:['’]s\b)?"
    _END = r"[^\s\"'`<>{}.,;:?)\]]"
    PATTERNS = [
        # "pass" is a word of its own but for the mark after it; a bare value after its label begins with a
        # letter and holds a digit.
        Pattern(
            "Password (bare)", _LABEL + r"\s+((?=[^\s\"'`<>{}]*\d)[a-z][^\s\"'`<>{}]{4,63}" + _END + ")", 0.6
        ),
        Pattern(
            "Password (mark)",
            r"(?:"
            + _LABEL
            + r"|\bpass\b)\s*(?:[:=]|->)\s*[\"'`]?((?=[^\s\"'`<>{}]*[\d!@#$%^&*])[^\s\"'`<>{}]{4,63}"
            + _END
            + ")",
            0.8,
        ),
        Pattern(
            "Password (is)",
            _LABEL
            + r"\s+(?:is|was)(?:\s+(?:now|set\s+to|still))?\s*:?\s*[\"'`]?((?=[^\s\"'`<>{}]*\d)(?=[^\s\"'`<>{}]*[a-z!@#$%^&*])[^\s\"'`<>{}]{4,63}"  # noqa: E501
            + _END
            + ")",
            0.7,
        ),
        Pattern(
            "PIN",
            r"\bpin(?:\s+(?:code|number|no\.?))?\s*(?::|=|\bis\b|\bwas\b)\s*(\d{4,8})\b(?![-/.]\d)",
            0.7,
        ),
    ]

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="PASSWORD", patterns=self.PATTERNS, supported_language=supported_language
        )


class PersonalUrlRecognizer(LabelledRecognizer):
    """A link that leads to a person: a profile, a log-in in the address, or personal fields in the query.

    Scored above the plain link it is, and above the telephone number in its query: it goes as a whole.
    """

    _HOST = r"(?:https?://|\bwww\.|\b)(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?::\d{2,5})?"
    _TAIL = r"(?:[^\s\"'<>()]*[^\s\"'<>().,;:!?])?"
    _FIELD = r"e-?mail|user(?:_?name|_?id)?|uid|login|(?:first|last|full)?_?name|phone|tel|mobile|dob|token|session_?(?:id)?|sid|(?:customer|account|member)_?(?:id|no)?|postcode"  # noqa: E501
    # Pages of everybody's, not of somebody.
    _PAGE = r"(?!(?:log-?_?in|log-?_?out|sign-?_?(?:in|up|out)|settings|edit|new|help|index|password|me|about|home|share|search|intent|support|register)\b)"  # noqa: E501
    PATTERNS = [
        Pattern(
            "Link (personal field)",
            "("
            + _HOST
            + r"/?[^\s\"'<>()?]*\?(?:[^\s\"'<>()]*&)?(?:"
            + _FIELD
            + r")=[^\s&\"'<>()]"
            + _TAIL
            + ")",
            1.0,
        ),
        Pattern(
            "Link (profile)",
            "("
            + _HOST
            + r"(?:/[\w-]+)*/(?:(?:u|users?|profiles?|people|in|~)/"
            + _PAGE
            + r"[\w.~%-]{2,63}[\w~%-]|(?:members?|accounts?|customers?)/[\w.-]*\d|[@~][\w.]{1,63}\w)"
            + _TAIL
            + ")",
            1.0,
        ),
        Pattern(
            "Link (network)",
            r"((?:https?://|\b)(?:www\.)?(?:twitter|x|instagram|facebook|tiktok|github|threads)\.(?:com|net)/"
            + _PAGE
            + r"[\w.]{3,39}/?)(?![\w/.-]*\w)",
            1.0,
        ),
        Pattern(
            "Link (log-in inside)",
            r"(https?://[^\s/@:\"'<>]{1,64}:[^\s/@\"'<>]{1,64}@[^\s\"'<>()]*[\w/])",
            1.0,
        ),
    ]

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="PERSONAL_URL", patterns=self.PATTERNS, supported_language=supported_language
        )
