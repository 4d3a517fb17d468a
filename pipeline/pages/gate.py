"""What a page may not hold, found by reading it as a browser would."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from pipeline.errors import quoted

POLICY = "content-security-policy"
REQUIRED_RULES = ("default-src 'none'", "base-uri 'none'", "form-action 'none'", "img-src data:")
FORBIDDEN_RULES = ("unsafe-", "http:", "https:", "*", "'self'", "blob:", "filesystem:")
FORBIDDEN_TAGS = frozenset(
    ("base", "embed", "form", "frame", "frameset", "iframe", "link", "object", "portal", "applet")
)
ADDRESSES = frozenset(
    (
        *("action", "archive", "background", "cite", "classid", "codebase", "data", "dynsrc"),
        *("formaction", "href", "icon", "imagesrcset", "longdesc", "lowsrc", "manifest", "ping"),
        *("poster", "profile", "src", "srcdoc", "srcset", "usemap", "xlink:href"),
    )
)
DATA_TYPES = frozenset(("application/json",))

_PART = r"#[\w=&,;:.~+-]*"
_LINK = re.compile(rf"https://[^\s\"'<>]+|{_PART}|(\.\./)*(?![./])[\w./%-]+({_PART})?", re.ASCII)
_LOCAL = re.compile(r"(#[\w-]*|data:image/[a-z+.-]+[;,].*)", re.DOTALL)
_STYLE_REQUEST = re.compile(
    r"@import|url\(\s*['\"]?(?!#|data:image/)|expression\(|image-set\(", re.IGNORECASE
)


class Block(NamedTuple):
    """One script or style of a page."""

    tag: str
    kind: str
    text: str


class _Reader(HTMLParser):
    """Notes every fault of an element as it passes, and keeps the blocks for later."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.policies: list[str] = []
        self.blocks: list[Block] = []
        self._open: tuple[str, str] | None = None
        self._text: list[str] = []

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks on which one a fault stands."""
        del i
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = {name.lower(): value or "" for name, value in attrs}
        if tag in FORBIDDEN_TAGS:
            self.faults.append(f"holds a <{tag}> element, which could fetch or send")
        self.faults += _attribute_faults(tag, given)
        if tag == "meta" and "http-equiv" in given:
            self._read_meta(given)
        if tag in {"script", "style"}:
            self._open = (tag, given.get("type", "").strip().lower())
            self._text = []

    def handle_data(self, data: str) -> None:
        """Collect the text of a script or style."""
        if self._open:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close a script or style."""
        if self._open and tag == self._open[0]:
            self.blocks.append(Block(*self._open, "".join(self._text)))
            self._open = None

    def _read_meta(self, given: dict[str, str]) -> None:
        if given["http-equiv"].strip().lower() != POLICY:
            self.faults.append(f"has a <meta http-equiv={quoted(given['http-equiv'])}>")
        elif self.blocks:
            self.faults.append("has its content security policy after a script or style")
        else:
            self.policies.append(given.get("content", ""))


def _attribute_faults(tag: str, given: dict[str, str]) -> Iterator[str]:
    for name, value in given.items():
        if name.startswith("on"):
            yield f"has a handler in an attribute ({name} of <{tag}>)"
        elif name == "style":
            yield f"has a style attribute on <{tag}>, which its policy refuses"
        elif name in ADDRESSES:
            pattern = _LINK if tag == "a" and name == "href" else _LOCAL
            if not pattern.fullmatch(value.strip()):
                yield f"<{tag}> has the address {quoted(value)} in {name}"


def faults_of_page(page: str, may_ask: str = "") -> Iterator[str]:
    """Yield what makes a page unfit to be published, each in words.

    Parameters
    ----------
    page
        HTML.
    may_ask
        The one server that it may ask for pictures, as `https://` and its host; usually none.

    Yields
    ------
    str
        For example ``holds a <link> element, which could fetch or send``.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    yield from reader.faults
    if len(reader.policies) != 1:
        yield f"has {len(reader.policies)} content security policies and must have one"
        return
    yield from _policy_faults(reader.policies[0], may_ask)
    for block in reader.blocks:
        yield from _block_faults(block, reader.policies[0])


def _policy_faults(policy: str, may_ask: str) -> Iterator[str]:
    rules = [" ".join(rule.split()) for rule in policy.split(";")]
    if may_ask and f"img-src data: {may_ask}" in rules:
        rules[rules.index(f"img-src data: {may_ask}")] = "img-src data:"
        policy = ";".join(rules)
    for rule in REQUIRED_RULES:
        if rule not in rules:
            yield f"has a content security policy without {quoted(rule)}"
    for rule in FORBIDDEN_RULES:
        if rule in policy:
            yield f"has a content security policy with {quoted(rule)}"


def _block_faults(block: Block, policy: str) -> Iterator[str]:
    if block.tag == "script" and block.kind in DATA_TYPES:
        yield from _data_faults(block.text)
        return
    if block.tag == "script" and block.kind:
        yield f"has a script of the type {quoted(block.kind)}"
    digest = base64.b64encode(hashlib.sha256(block.text.encode("utf-8")).digest()).decode("ascii")
    if f"'sha256-{digest}'" not in policy:
        yield f"has a {block.tag} that its policy does not name"
    if block.tag == "style" and _STYLE_REQUEST.search(block.text):
        yield "has a style that could make a request"


def _data_faults(text: str) -> Iterator[str]:
    if any(character in text for character in "<>&\u2028\u2029"):
        yield "has data with characters that must be escaped"
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        yield "has data that are not JSON"
