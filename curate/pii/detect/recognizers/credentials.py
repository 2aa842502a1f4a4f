"""Credentials and links that name a person: what a reader could log in with, or follow to somebody.

A key is known by the prefix its issuer gives it, or by a label before it; a password only by its label and by
not being a word ("password: reset" is not a password). The prefixes are those the issuers publish for secret scanning
(GitHub, AWS, Stripe, Slack, Google, SendGrid, GitLab, npm, Hugging Face, OpenAI, DigitalOcean; JWT: RFC 7519;
PEM: RFC 7468).
"""

# ruff: noqa: RUF012, E501 (PATTERNS is mutable in Presidio's form; a long list in a regex is read in a row)

from __future__ import annotations

import regex  # type: ignore[import-untyped]
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


# Between a label and its value: the label's closing quote, a mark, the value's opening quote.
_MARK = r"[\"'`\])]{0,2}\s{0,8}(?::=|=>|->|[:=])\s{0,8}[\"'`]?"
_SECRETS = (
    r"api[ _-]?key|(?:client|api|app|shared|consumer|webhook|signing|jwt|session|auth|oauth2?)[ _-]?secret|secret(?:[ _-]?access)?[ _-]?key"
    r"|(?:private|encryption|account|storage|signing|master|service|license|access)[ _-]?key(?:[ _-]?id)?"
    r"|(?:access|auth|api|bearer|refresh|session|personal|deploy|bot|id|security|jwt|oauth2?)[ _-]?token|bearer"
)


class ApiKeyRecognizer(LabelledRecognizer):
    """API keys and tokens by prefix, PEM private keys, and long mixed runs after a label."""

    # Letters and digits: what a random key of 16 or more holds, and a word does not.
    _MIXED = r"(?=[\w./+=-]{0,126}\d)(?=[\w./+=-]{0,126}[a-z])[\w/+=-][\w./+=-]{14,126}[\w/+=-]"
    PATTERNS = [
        Pattern(
            "Key (issued prefix)", r"(?-i:(?=[AGSadeghnoprsx])(?<![\w-])(" + _ISSUED + r")(?![\w-]))", 0.9
        ),
        Pattern(
            "Private key",
            r"(-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:[^-]|-(?!----)){20,4000}-----END (?:[A-Z]+ "
            r")?PRIVATE KEY-----)",
            0.9,
        ),
        Pattern(
            "Key (labelled)",
            r"\b(?:" + _SECRETS + r")\b(?:" + _MARK + r"|\s{1,8}(?:is\s{1,8})?[\"'`]?)(" + _MIXED + ")",
            0.8,
        ),
        # "token" and "secret" alone name many a thing: a mark must follow, and pages' cursors are left.
        Pattern(
            "Key (token)",
            r"\b(?<!(?:next|prev|page|sync|csrf|xsrf)[ _-])(?<!(?:previous|pagination|continuation)[ _-])(?:token|secret)\b"
            + _MARK
            + "("
            + _MIXED
            + ")",
            0.7,
        ),
        Pattern(
            "Key (header)",
            r"\bauthorization\b" + _MARK + r"(?:basic|bearer|token|apikey)\s{1,3}([\w./+=-]{8,2000})",
            0.8,
        ),
    ]
    # What stands where a key would: a variable (`process.env.KEY`, `MY_KEY_2`), a stand-in ("your-key-here-1").
    _NO_KEY = regex.compile(
        r"(?:[a-z_]\w*\.)+[a-z_]\w*|(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)|(?:your|my|the|some|insert|enter|example|replace)[ _-].*|(.)\1*"
        r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        regex.IGNORECASE,
    )

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="API_KEY", patterns=self.PATTERNS, supported_language=supported_language
        )

    def invalidate_result(self, pattern_text: str) -> bool:
        """Whether it is a variable's name, a stand-in or a UUID."""
        return self._NO_KEY.fullmatch(pattern_text) is not None and not _A_JWT.match(pattern_text)


_A_JWT = regex.compile(r"eyJ|SG\.")


class PasswordRecognizer(LabelledRecognizer):
    """A password or PIN after its label: after a mark it holds a digit or a sign, after "is" a digit; a PIN
    is four to eight digits. The value of a quoted field is one as it stands.
    """

    # A machine glues its name to it: PGPASSWORD, dbpassword.
    _LABEL = (
        r"\b(?:[a-z]{0,12}?passw(?:or)?d|pass\s?words?|pass\s?code|pass\s?phrase|pwd|p/w|pw)\b(?:['’]s\b)?"
    )
    # A value ends before the next field's name ("Password=x;Encrypt=true", "password=x&user=y").
    _SIGN = r"(?:(?![;&,|]\s?\w[\w -]{0,30}[=:])[^\s\"'`<>{}])"
    _END = r"[^\s\"'`<>{}.,;:?)\]]"
    _VALUE = _SIGN + "{4,63}" + _END
    PATTERNS = [
        # "pass" is a word of its own but for the mark after it; a bare value after its label begins with a
        # letter and holds a digit.
        Pattern(
            "Password (bare)",
            _LABEL + r"\s{1,3}((?=[^\s\"'`<>{}]{0,64}\d)[a-z][^\s\"'`<>{}]{4,63}" + _END + ")",
            0.6,
        ),
        Pattern(
            "Password (mark)",
            r"(?:" + _LABEL + r"|\bpass\b)" + _MARK + r"((?=[^\s\"'`<>{}]{0,64}[\d!@#$%^&*])" + _VALUE + ")",
            0.8,
        ),
        Pattern(
            "Password (quoted field)",
            r"(?:"
            + _LABEL
            + r"|\bpass\b)[\"']?\s{0,3}(?:[:=]|=>)\s{0,3}(?:\"([^\s\"<>{}$]{4,64})\"|'([^\s'<>{}$]{4,64})')",
            0.8,
        ),
        Pattern(
            "Password (is)",
            _LABEL
            + r"\s{1,3}(?:is|was)(?:\s+(?:now|set\s+to|still))?\s{0,3}:?\s{0,3}[\"'`]?((?=[^\s\"'`<>{}]{0,64}\d)(?=[^\s\"'`<>{}]{0,64}[a-z!@#$%^&*])[^\s\"'`<>{}]{4,63}"
            + _END
            + ")",
            0.7,
        ),
        Pattern(
            "PIN",
            r"\bpin(?:\s+(?:code|number|no\.?))?[\"']?\s{0,3}(?::|=|\bis\b|\bwas\b)\s{0,3}[\"']?(\d{4,8})\b(?![-/.]\d)",
            0.7,
        ),
        # <password>secret</password>
        Pattern(
            "Password (element)",
            r"<(?:[\w:-]{0,24}?password|passwd|pwd)\b[^<>]{0,80}>\s{0,3}([^<>\s]{4,64})\s{0,3}</",
            0.8,
        ),
        # mysql -u root -pSecret
        Pattern(
            "Password (command)",
            r"\b(?:mysql\w{0,8})\b[^\n|;]{0,200}?\s-p[\"']?([^\s\"'-][^\s\"']{3,63})",
            0.8,
        ),
        # postgres://user:secret@host; a web link with a log-in goes as a whole (`PersonalUrlRecognizer`)
        Pattern(
            "Password (connection)",
            r"\b(?!https?:)[a-z][a-z0-9+.-]{1,30}://[^\s/:@\"'<>]{0,64}:([^\s/\"'<>]{1,64})@(?=[\w\[])",
            0.9,
        ),
        Pattern(
            "Password (curl)",
            r"\bcurl\b[^\n]{0,200}?\s(?:-u|--user|--proxy-user)[\s=]{1,2}[\"']?[^\s:\"']{1,64}:([^\s\"']{4,64})",
            0.8,
        ),
    ]
    # Where a form, a schema or a message stands in a password's place: what kind it is, or what is wrong.
    _NO_PASSWORD = regex.compile(
        r"\*+|\.+|•+|x+|_+|-+|\[?(?:redacted|hidden|masked|filtered|removed)\]?|null|none|nil|true|false|undefined|string|text|str|varchar|char|hash"
        r"|required.*|optional|password.*|passwort|kennwort|pass|passwd|pwd|secret|user|username|login|e?mail|invalid|incorrect|wrong|missing|weak|expired"
        r"|your.*|enter.*|example|forgot.*|reset.*|change.*|must.*|confirm.*|new|current|old"
        r"|\$.*|%.*%|!(?:vault|secret|encrypted|env|ref|sub|getatt|join|include)\b.*|(?:[a-z_]\w*\.)+[a-z_]\w*(?:\(.*)?|(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)|(?:get_?env|env|os)\b.*",
        regex.IGNORECASE,
    )

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="PASSWORD", patterns=self.PATTERNS, supported_language=supported_language
        )

    def invalidate_result(self, pattern_text: str) -> bool:
        """Whether it is a mask, a variable, or a form's or a message's word."""
        return self._NO_PASSWORD.fullmatch(pattern_text) is not None


class PersonalUrlRecognizer(LabelledRecognizer):
    """A link that leads to a person: a profile, a log-in in the address, or personal fields in the query.

    Scored above the plain link it is, and above the telephone number in its query: it goes as a whole.
    """

    # A link goes as a whole, with links within it; what it is known by stands in its first few hundred signs.
    overlapped = False
    _HOST = r"(?:https?://|\bwww\.|\b)(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?::\d{2,5})?"
    _TAIL = r"(?:[^\s\"'<>()]{0,2000}[^\s\"'<>().,;:!?])?"
    _FIELD = r"e-?mail|user(?:_?name|_?id)?|uid|login|(?:first|last|full)?_?name|phone|tel|mobile|dob|token|session_?(?:id)?|sid|(?:customer|account|member)_?(?:id|no)?|postcode"
    # Pages of everybody's, not of somebody.
    _PAGE = r"(?!(?:log-?_?in|log-?_?out|sign-?_?(?:in|up|out)|settings|edit|new|help|index|password|me|about|home|share|search|intent|support|register)\b)"
    PATTERNS = [
        Pattern(
            "Link (personal field)",
            "("
            + _HOST
            + r"/?[^\s\"'<>()?]{0,300}\?(?:[^\s\"'<>()]{0,300}&)?(?:"
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
            + r"(?:/[\w-]{1,64}){0,12}/(?:(?:u|users?|profiles?|people|in|~)/"
            + _PAGE
            + r"[\w.~%-]{2,63}[\w~%-]|(?:members?|accounts?|customers?)/[\w.-]{0,64}\d|[@~][\w.]{1,63}\w)"
            + _TAIL
            + ")",
            1.0,
        ),
        Pattern(
            "Link (network)",
            r"((?:https?://|\b)(?:www\.)?(?:twitter|x|instagram|facebook|tiktok|github|threads)\.(?:com|net)/"
            + _PAGE
            + r"[\w.]{3,39}/?)(?![\w/.-]{0,300}\w)",
            1.0,
        ),
        Pattern(
            "Link (address inside)",
            r"(https?://[^\s/@:\"'<>]{1,253}(?::\d{2,5})?[/?#][^\s\"'<>()@]{0,500}[\w.+-]@[\w-]{1,63}\.[a-z]"
            + _TAIL
            + ")",
            1.0,
        ),
        Pattern(
            "Link (log-in inside)",
            r"(https?://[^\s/@:\"'<>]{1,64}:[^\s/@\"'<>]{1,64}@[^\s\"'<>()]{0,2000}[\w/])",
            1.0,
        ),
    ]

    def __init__(self, supported_language: str = "en") -> None:
        super().__init__(
            supported_entity="PERSONAL_URL", patterns=self.PATTERNS, supported_language=supported_language
        )
