"""Read XML feature by feature, within limits: no document type, no entity, no reference followed.

GDAL's readers of KML and GML open what a file names and take half a file for an empty one, so
they are switched off, and files are read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from pipeline.errors import FileIsDamaged, FileIsNotAllowed
from pipeline.text import clean_text

MOST_DEPTH = 200
MOST_ELEMENTS = 20_000_000
_READ = 1 << 20
_NAMESPACE = "}"
_APART = frozenset({"br", "p", "div", "tr", "td", "th", "li", "table", "ul", "ol", "h1", "h2"})
_UNSEEN = frozenset({"script", "style", "head"})


@dataclass
class Element:
    """One element: its name and attributes without namespaces, its text, what is inside it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text."""
        return "".join(self.pieces).strip()

    def all(self, *path: str) -> Iterator[Element]:
        """Yield what stands under a path of names; `*` is any name."""
        if not path:
            yield self
            return
        for child in self.children:
            if path[0] in ("*", child.name):
                yield from child.all(*path[1:])

    def first(self, *path: str) -> Element | None:
        """Return the first element under a path of names."""
        return next(self.all(*path), None)

    def everything(self) -> Iterator[Element]:
        """Yield the element and all inside it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.everything()


class _Refused(Exception):
    """The file holds what may not be in it."""


class Reader:
    """Goes through a file and hands on one kind of element, whole, as each ends.

    What has been handed on is let go, so that a large file takes little memory. `around` are the
    elements that the present one stands in, outermost first, without what has ended in them but
    short notes such as names.
    """

    def __init__(self, path: Path, wanted: frozenset[str], parents: frozenset[str]) -> None:
        """Prepare to read; `wanted` are names, or `*` for all that stand in one of `parents`."""
        self._path = path
        self._wanted = wanted
        self._parents = parents
        self._ready: list[tuple[list[Element], Element]] = []
        self._count = 0
        self._inside = 0
        self.around: list[Element] = []
        self.seen: set[str] = set()

    def elements(self) -> Iterator[tuple[list[Element], Element]]:
        """Yield each wanted element, with those around it.

        Raises
        ------
        FileIsNotAllowed
            If it declares a document type or an entity, or is nested too deep.
        FileIsDamaged
            If it is cut short or is not XML.
        """
        parser = expat.ParserCreate(namespace_separator=_NAMESPACE)
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        try:
            with self._path.open("rb") as file:
                while piece := file.read(_READ):
                    parser.Parse(piece, False)  # noqa: FBT003 (expat takes no keyword)
                    yield from self._taken()
            parser.Parse(b"", True)  # noqa: FBT003
            yield from self._taken()
        except _Refused:
            raise FileIsNotAllowed(
                f"{self._path}: holds a DOCTYPE or ENTITY, or is nested too deep, which is not "
                "allowed; export it anew."
            ) from None
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise FileIsDamaged(
                f"{self._path}: is cut short or is not XML ({clean_text(error)}); fetch it again."
            ) from None

    def _taken(self) -> Iterator[tuple[list[Element], Element]]:
        ready, self._ready = self._ready, []
        yield from ready

    def _refuse(self, *_: object) -> None:
        raise _Refused

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self.around) >= MOST_DEPTH or self._count > MOST_ELEMENTS:
            raise _Refused
        plain = {_local(key): value for key, value in attributes.items()}
        element = Element(_local(name), plain)
        self.seen.add(element.name)
        self._inside += bool(self._inside) or self._is_wanted(element)
        self.around.append(element)

    def _is_wanted(self, element: Element) -> bool:
        parent = self.around[-1].name if self.around else ""
        return bool(
            (not self._parents or parent in self._parents)
            and ("*" in self._wanted or element.name in self._wanted)
        )

    def _text(self, text: str) -> None:
        if self.around:
            self.around[-1].pieces.append(text)

    def _end(self, _name: str) -> None:
        element = self.around.pop()
        if self._inside == 1:
            self._ready.append((list(self.around), element))
        elif self.around:
            self.around[-1].children.append(element)
        self._inside -= self._inside > 0


def _local(name: str) -> str:
    return name.rpartition(_NAMESPACE)[2].rpartition(":")[2]


def plain_words(markup: str) -> str:
    """Return the words of a piece of HTML, as descriptions in KML are.

    Parameters
    ----------
    markup
        HTML, or plain text.

    Returns
    -------
    str
        Clean text without elements; what stood in blocks or cells is kept apart by spaces.

    Examples
    --------
    >>> plain_words("<b>Fridays</b><br/>9 &amp; 10 o’clock")
    'Fridays 9 & 10 o’clock'
    """
    if "<" not in markup and "&" not in markup:
        return clean_text(markup)
    words = _Words()
    words.feed(markup)
    words.close()
    return clean_text(" ".join("".join(words.found).split()))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self._unseen += tag in _UNSEEN
        if tag in _APART:
            self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag in _APART:
            self.found.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(data)
