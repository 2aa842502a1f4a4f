"""A page that opens from disk, held to its own policy: what is inline is named there by its digest, and
nothing else could run or be loaded.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

# Of a policy in a `meta`: everything else is not allowed.
DIRECTIVES = {"default-src", "style-src", "script-src", "base-uri", "form-action"}
# Attributes that load something.
LOADING = {"src", "srcset", "srcdoc", "data", "action", "formaction", "poster", "background", "xlink:href"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.policies: list[str] = []
        self.inline: list[tuple[str, str]] = []
        self.found: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("http-equiv", "").lower() == "content-security-policy":
            if self.inline:
                self.found.append("something inline stands before the policy")
            self.policies.append(given["content"])
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.found.append(f"<{tag}> has the attribute {name}")
            if name in LOADING or (name == "href" and not re.match(r"#|https?://|[\w./-]+\Z", value)):
                self.found.append(f"<{tag}> has {name}={value[:40]!r}")
        if tag in ("link", "iframe", "object", "embed", "base", "form", "img"):
            self.found.append(f"there is a <{tag}>")
        is_data = tag == "script" and given.get("type") == "application/json"  # never run
        self._in = tag if tag in ("style", "script") and not is_data else ""
        if self._in:
            self.inline.append((tag, ""))

    def handle_data(self, data: str) -> None:
        if self._in:
            tag, before = self.inline[-1]
            self.inline[-1] = (tag, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""


def faults(text: str) -> list[str]:
    """What a page has that its policy should not allow, or allows that it should not."""
    page = _Page()
    page.feed(text)
    page.close()
    if len(page.policies) != 1:
        return [f"{len(page.policies)} policies"]
    policy = dict(part.strip().partition(" ")[::2] for part in page.policies[0].split(";"))
    found = page.found
    found += [f"the policy has {name}" for name in policy.keys() - DIRECTIVES]
    for name in ("default-src", "base-uri", "form-action"):
        if policy.get(name) != "'none'":
            found.append(f"{name} is {policy.get(name)}")
    wanted: dict[str, list[str]] = {"style-src": [], "script-src": []}
    for tag, inside in page.inline:
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        wanted[f"{tag}-src"].append(f"'sha256-{digest}'")
    for name, digests in wanted.items():
        if policy.get(name, "").split() != digests:
            found.append(f"{name} is not the digest of each inline block, and nothing else")
    return found
