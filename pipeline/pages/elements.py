"""Pages that are read without a script, built as a tree of elements.

Text stands in the tree as text and is escaped once, when the tree is written: whatever a name
holds, a browser reads that name and nothing else. Tags, attributes and addresses come from short
lists; what is not on them stops the page from being made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from pipeline.errors import PageIsNotSafe, quoted

VOID = frozenset(("br", "col", "hr", "img", "input", "wbr"))
TAGS = frozenset(
    (
        *("a", "abbr", "address", "article", "aside", "b", "bdi", "button", "caption", "cite"),
        *("code", "colgroup", "dd", "details", "dfn", "div", "dl", "dt", "em", "fieldset"),
        *("figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "header", "i", "label"),
        *("legend", "li", "main", "nav", "noscript", "ol", "optgroup", "option", "output", "p"),
        *("q", "s", "search", "section", "select", "small", "span", "strong", "sub", "summary"),
        *("sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "ul"),
        # Drawings.
        *("circle", "clipPath", "defs", "desc", "ellipse", "g", "line", "path", "pattern"),
        *("polygon", "polyline", "rect", "svg", "symbol", "text", "title", "tspan", "use"),
        *VOID,
    )
)

_ATTRIBUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
_NOT_ALLOWED = re.compile(r"on.*|style|.*src.*|.*href.*|action|formaction|background|ping|cite")
_PART = r"#[\w=&,;:.~+-]*"
_ADDRESS = re.compile(
    rf"{_PART}|https://[a-z0-9.-]+(/[^\s\"'<>\\]*)?|(\.\./)*(?![./])[\w./%-]*\w({_PART})?",
    re.ASCII,
)
_PICTURE = re.compile(r"data:image/(png|svg\+xml);base64,[A-Za-z0-9+/=]+")
# Most texts have nothing to escape; this says so at once.
_PLAIN = re.compile("[^&<>\"'\r\x00\ud800-\udfff]*")
# No page can hold these: a browser takes them away or puts something else in their place.
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Element:
    """One element: its tag, its attributes, and what stands in it."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Element | str, ...]


Child = Element | str | int | None
Children = Child | Iterable["Children"]
Attributes = Mapping[str, str | int | float | bool | None]


def el(tag: str, attributes: Attributes | None = None, *children: Children) -> Element:
    """Make an element.

    Parameters
    ----------
    tag
        One of `TAGS`.
    attributes
        Name → value. True stands for an attribute without a value; false and none for one that
        is left out. `href` and `src` take what `address` and `picture` allow.
    children
        Elements, text, whole numbers, lists of these; none stands for nothing.

    Returns
    -------
    Element
        It cannot be changed any more.

    Raises
    ------
    PageIsNotSafe
        If the tag, an attribute or an address is not allowed.

    Examples
    --------
    >>> html(el("p", {"class": "note", "hidden": False}, "Fish & ", el("b", {}, "chips"), 2))
    '<p class="note">Fish &amp; <b>chips</b>2</p>'
    """
    if tag not in TAGS:
        raise PageIsNotSafe(f"<{quoted(tag)[1:-1]}>: pages have no such element.")
    given = tuple(
        (name, _attribute(tag, name, value))
        for name, value in (attributes or {}).items()
        if value is not None and value is not False
    )
    inside = tuple(_flat(children))
    if tag in VOID and inside:
        raise PageIsNotSafe(f"<{tag}>: nothing can stand inside this element.")
    return Element(tag, given, inside)


def named(name: str, language: str = "") -> Element:
    """Return a name from data, set apart so that its direction disturbs nothing around it.

    Parameters
    ----------
    name
        The name.
    language
        Its language, where that is known not to be the language of the page.

    Returns
    -------
    Element
        A `<bdi>`.
    """
    return el("bdi", {"lang": language or None}, name)


def address(text: str) -> str:
    """Return the address of a link, if it is one that a page may have.

    Parameters
    ----------
    text
        A part of the page, a file below or beside it (`neighbourhoods/W01001234.html`,
        `../map.html#view`), or an `https` address.

    Returns
    -------
    str
        The same.

    Raises
    ------
    PageIsNotSafe
        If it is anything else.
    """
    if not _ADDRESS.fullmatch(text):
        raise PageIsNotSafe(
            f"{quoted(text)}: is no address for a link; allowed are parts of the page (#…), files "
            "below or beside it, and https addresses."
        )
    return text


def picture(text: str) -> str:
    """Return the address of a picture, which is the picture itself.

    Parameters
    ----------
    text
        A `data:` address of a PNG or SVG, in base64.

    Returns
    -------
    str
        The same.

    Raises
    ------
    PageIsNotSafe
        If it is anything else.
    """
    if not _PICTURE.fullmatch(text):
        raise PageIsNotSafe(
            f"{quoted(text[:60])}: is no picture for a page; allowed are PNG and SVG as data."
        )
    return text


def html(*elements: Element | str) -> str:
    """Write elements and text as HTML.

    Parameters
    ----------
    elements
        What follows each other.

    Returns
    -------
    str
        HTML; every character of every text is read back as itself.
    """
    parts: list[str] = []
    for element in elements:
        _write(element, parts)
    return "".join(parts)


def text_of(*elements: Element | str) -> str:
    """Return the text of elements, without their tags.

    Parameters
    ----------
    elements
        What follows each other.

    Returns
    -------
    str
        Their text.
    """
    return "".join(
        element if isinstance(element, str) else text_of(*element.children) for element in elements
    )


def _flat(children: Iterable[Children]) -> Iterable[Element | str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Element | str):
            yield child
        elif isinstance(child, int):
            yield str(child)
        else:
            yield from _flat(child)


def _attribute(tag: str, name: str, value: str | float | bool) -> str:  # noqa: FBT001
    text = "" if value is True else str(value)
    if tag == "a" and name == "href":
        return address(text)
    if tag == "img" and name == "src":
        return picture(text)
    if tag == "use" and name == "href" and text.startswith("#"):
        return address(text)
    if not _ATTRIBUTE.fullmatch(name) or _NOT_ALLOWED.fullmatch(name.lower()):
        raise PageIsNotSafe(f"<{tag}>: the attribute {quoted(name)} is not allowed here.")
    return text


def _write(element: Element | str, parts: list[str]) -> None:
    if isinstance(element, str):
        parts.append(_escaped(element))
        return
    given = "".join(
        f' {name}="{_escaped(value)}"' if value else f" {name}"
        for name, value in element.attributes
    )
    parts.append(f"<{element.tag}{given}>")
    for child in element.children:
        _write(child, parts)
    if element.tag not in VOID:
        parts.append(f"</{element.tag}>")


def _escaped(text: str) -> str:
    """Escape what would be markup, and the carriage return, which a browser would change."""
    if _PLAIN.fullmatch(text):
        return text
    return escape(_UNREADABLE.sub("\ufffd", text)).replace("\r", "&#13;")
