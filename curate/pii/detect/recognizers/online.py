"""What people have on the net: e-mail addresses, links, wallets. Each class says what was wrong with its
parent in Presidio.
"""

# ruff: noqa: SIM905, RUF012 (word lists read better as words; PATTERNS is mutable in Presidio's form)

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import presidio_analyzer.predefined_recognizers as stock
import regex  # type: ignore[import-untyped]
import tldextract
from presidio_analyzer import EntityRecognizer, Pattern

from curate.pii.detect.presidio.reach import shifted, words
from curate.pii.detect.recognizers.keccak import checksummed


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The public suffix list bundled with tldextract: its default fetches a new one from the network and
    caches it on disk.
    """
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


@lru_cache(maxsize=65_536)
def _has_suffix(host: str) -> bool:
    """Whether a host has a name under a public suffix. Few domains carry most addresses, hence the memory."""
    return bool(_suffixes()(host).fqdn)


# `https://jo:secret@host` holds a log-in, not an address.
_LOGIN = regex.compile(r"://[^/\s]*$")
# Legal in an address, but what stands before one there is a field's name or another field ("cc=jo@x.org").
_FIELD_END = regex.compile(r"(?r)[=/?&|]")
# "icon@2x.png", "lodash@4.17.21": no host ends in a number or a file's ending (none is a top-level domain).
_NO_HOST = regex.compile(
    r"\.(?:\d+|png|jpe?g|gif|svg|webp|ico|bmp|tiff?|css|js|jsx|tsx?|json|ya?ml|xml|html?|php"
    r"|pdf|txt|csv|docx?|xlsx?|gz|tar|exe|dll|jar|conf|log)$",
    regex.IGNORECASE,
)
# `git@github.com:owner/name.git`: everybody's login there.
_REPOSITORY = regex.compile(r"(?:git|hg|svn)@[\w.-]+(?=[:/])")
_QUOTED = regex.compile(r"\"[^\"\s@][^\"\n@]{0,62}\"@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


class OfflineEmailRecognizer(stock.EmailRecognizer):  # type: ignore[misc]
    """The stock one validates through the network, and drops addresses at private domains (`corp.local`),
    which are personal too.
    """

    def validate_result(self, pattern_text: str) -> bool | None:
        """True at a public suffix, False for a file's name or a version after the @; else undecided, which
        keeps the pattern's 0.5.
        """
        if _NO_HOST.search(pattern_text):
            return False
        return True if _has_suffix(pattern_text.rpartition("@")[2]) else None

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """Stock results. No address holds a space, so only the words with an @ are read: the stock pattern
        retries at every letter.
        """
        read = super().analyze
        results = [
            self._address(shifted(result, start), text)
            for start, end in words(text, "@")
            for result in read(text[start:end], entities, nlp_artifacts, regex_flags)
            if not _LOGIN.search(text, start, start + result.start)
            and not _REPOSITORY.match(text, start + result.start)
        ]
        if '"@' not in text:
            return results
        for found in _QUOTED.finditer(text):  # it may hold a space: `"jo smith"@x.org`
            plain = "x" + found.group()[found.group().rfind("@") :]
            for result in read(plain, entities, nlp_artifacts, regex_flags):
                result.start, result.end = (
                    found.start(),
                    found.start() + len(found.group()) - len(plain) + result.end,
                )
                results.append(result)
        return results

    @staticmethod
    def _address(result: Any, text: str) -> Any:
        """`result` from where its own address begins."""
        before = _FIELD_END.search(text, result.start, text.rfind("@", result.start, result.end) - 1)
        if before:
            result.start = before.end()
        return result


# Top-level domains that are also words: "arrived.It was" is two sentences, not a link.
_WORD_SUFFIXES = frozenset(
    "am an as at be by call can care cash chat check click come date day deal do email fail family farm "
    "first food gift go help here home how id ill im in info is it "
    "la life link live ma me money my name new news no now on one ok or order page part parts pay pet "
    "phone photo pm post pro re read red rent report rest run sale "
    "save shop show site so store style support team tel this tips to today top town trade us vet watch "
    "we work world you".split()
)


_DOTTED_NAME = regex.compile(r"[a-z0-9.-]*\.[a-z0-9-]+", regex.IGNORECASE)


def _may_link(word: str) -> bool:
    """False for a word (no spaces) in which `BoundedUrlRecognizer._is_link` can hold of no part: most are two
    sentences run together.
    """
    if "/" in word or "www." in word.lower():
        return True
    for name in _DOTTED_NAME.findall(word):
        first, *rest = name.split(".")
        endings = [label.partition("-")[0] for label in rest]
        if len(rest) > 1 or name.isupper() or any("-" in label for label in rest):
            if any(_known_ending(label.lower()) for label in endings):
                return True
        elif (
            first and endings[0].islower() and endings[0] not in _WORD_SUFFIXES and _known_ending(endings[0])
        ):
            return True
    return False


@lru_cache(maxsize=65_536)
def _known_ending(label: str) -> bool:
    return bool(_suffixes()(f"x.{label}").suffix)


class BoundedUrlRecognizer(stock.UrlRecognizer):  # type: ignore[misc]
    """The stock one ends a link in the middle of a word ("refund.please" -> `refund.pl`) and links any two
    sentences ("late.It").
    """

    # A link tells of nobody, but for those of `PersonalUrlRecognizer`: found where a threshold asks for it.
    _PLAIN = 0.3
    # From the first sign of a host only: from each of its signs the stock pattern would read on for 253 more.
    PATTERNS = [
        Pattern(one.name, one.regex.replace(r"(?i)((www", r"(?i)(?<![a-z0-9.\-])((www", 1), one.score)
        for one in stock.UrlRecognizer.PATTERNS
    ]

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """Stock results that end at a word's end and look like a link by scheme, `www`, path or a suffix that
        is not a word.

        No link holds a space, so the stock patterns (all top-level domains, four times over) read only the
        words that may be one.
        """
        read = super().analyze
        links = [
            shifted(result, start)
            for start, end in words(text, ".")
            if _may_link(word := text[start:end])
            for result in read(word, entities, nlp_artifacts, regex_flags)
            if self._is_link(word, result.start, result.end)
        ]
        for link in links:
            link.score = min(link.score, self._PLAIN)
        return links

    def _is_link(self, text: str, start: int, end: int) -> bool:
        link = text[start:end].strip("\"'")
        if text[start - 1 : start] == "@" or (end < len(text) and (text[end].isalnum() or text[end] in "_@")):
            return False
        if "://" in link or link[:4].lower() == "www.":
            return True
        host, slash, _ = link.partition("/")
        name, _, suffix = host.rpartition(".")
        if (
            ".." in host
            or not any(character.isalpha() for character in name)
            or not _known_ending(suffix.lower())
        ):
            return False
        sentence_break = (
            "." not in name and not host.isupper() and (suffix != suffix.lower() or suffix in _WORD_SUFFIXES)
        )
        return bool(slash) or not sentence_break


class PersonsUuidRecognizer(stock.UuidRecognizer):  # type: ignore[misc]
    """The stock one gives every UUID 0.5. Most name a request, a file or a row: here one scores 0.3 and needs
    a label of somebody's (a user, a session, a device).
    """

    PATTERNS = [Pattern(one.name, one.regex, 0.3) for one in stock.UuidRecognizer.PATTERNS]


class WholeMacRecognizer(stock.MacAddressRecognizer):  # type: ignore[misc]
    """The stock one cuts addresses out of a longer dump of hexadecimal pairs (a fingerprint, a key)."""

    PATTERNS = [
        Pattern(
            one.name,
            r"(?<![0-9A-Fa-f]{2}[:-])" + one.regex + r"(?![:-][0-9A-Fa-f]{2}(?![0-9A-Fa-f]))",
            one.score,
        )
        for one in stock.MacAddressRecognizer.PATTERNS
    ]


class LocatedIpRecognizer(stock.IpRecognizer):  # type: ignore[misc]
    """The stock one takes versions ("driver 4.2.0.17"), `ad::` and addresses of no machine for somebody's.

    An address of small numbers, as versions have, scores 0.3 and needs a label.
    """

    _VERSION = regex.compile(r"\d(?:\.\d{1,2}){3}")
    # Unspecified, loopback, broadcast and masks.
    _NOBODYS = regex.compile(r"0\.\d+\.\d+\.\d+|127\.\d+\.\d+\.\d+|255\.255\.\d+\.\d+|::1?")

    def invalidate_result(self, pattern_text: str) -> bool:
        """Whether it is not an address, nobody's, or too short a one to tell from code (`std::`, `ad::`)."""
        address = pattern_text.partition("/")[0]
        if self._NOBODYS.fullmatch(address) or super().invalidate_result(pattern_text):
            return True
        groups = [group for group in address.split(":") if group]
        return "::" in address and (len(groups) < 2 or not any(map(str.isdigit, address)))

    @staticmethod
    def _goes_on(text: str, start: int, end: int) -> bool:
        """Whether further numbers are dotted to it: a section's, a version's of five parts."""
        return _MORE_AFTER.match(text, end) is not None or _MORE_BEFORE.search(text, max(start - 2, 0), start)

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """Stock results, those that may be versions scored down."""
        results: list[Any] = super().analyze(text, entities, nlp_artifacts, regex_flags)
        for result in results:
            if self._VERSION.fullmatch(text, result.start, result.end):
                result.score = min(result.score, 0.3)
        return [one for one in results if not self._goes_on(text, one.start, one.end)]


_MORE_AFTER, _MORE_BEFORE = regex.compile(r"\.\d"), regex.compile(r"\d\.$")


class WalletRecognizer(stock.CryptoRecognizer):  # type: ignore[misc]
    """The stock one knows Bitcoin's addresses. Here Ethereum's too: 0x and 40 hexadecimal digits, whose mixed
    case is a checksum (EIP-55).

    In one case they hold no checksum: 0.6. In mixed case the right one is verified, the wrong one (a slip, or
    a shortened or made-up example) 0.45, still found.
    """

    PATTERNS = [*stock.CryptoRecognizer.PATTERNS, Pattern("Ethereum", r"\b0x[0-9a-f]{40}\b", 0.6)]
    _WRONG = 0.45

    def validate_result(self, pattern_text: str) -> bool | None:
        """The parent's checksums; for an Ethereum address True if its case is EIP-55's, else undecided."""
        if pattern_text[:2].lower() != "0x":
            return super().validate_result(pattern_text)  # type: ignore[no-any-return]
        return True if _mixed(pattern_text) and checksummed(pattern_text)[2:] == pattern_text[2:] else None

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[Any]:
        """Stock results, mixed-case Ethereum addresses with a wrong checksum scored down."""
        results: list[Any] = super().analyze(text, entities, nlp_artifacts, regex_flags)
        for result in results:
            if result.score < EntityRecognizer.MAX_SCORE and _mixed(text[result.start : result.end]):
                result.score = self._WRONG
        return results


def _mixed(address: str) -> bool:
    """Whether the digits after the 0x are in capitals and small letters."""
    return not (address[2:].islower() or address[2:].isupper() or address[2:].isdigit())
