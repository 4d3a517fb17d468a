"""An SVG of matplotlib's made fit to be published: small, said in words, asking for nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from pipeline.pages.picture_gate import SVG, XLINK

# A tenth of a point is 0.035 mm.
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_UNSEEN = frozenset((f"{SVG}metadata", f"{SVG}style"))


def slim(content: bytes, title: str, words: str) -> bytes:
    """Return a picture without what only its maker needs, with a title and a description.

    Parameters
    ----------
    content
        SVG as matplotlib writes it.
    title, words
        What it is called and what it shows, for people who do not see it.

    Returns
    -------
    bytes
        SVG without declarations, comments, metadata and styles of its own.
    """
    for prefix, space in (("", SVG[1:-1]), ("xlink", XLINK[1:-1])):
        ET.register_namespace(prefix, space)
    # What is parsed was drawn a moment ago, by us.
    root = ET.fromstring(content)  # noqa: S314
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _UNSEEN]:
            parent.remove(child)
        if "d" in parent.attrib:
            parent.set("d", _LONG_NUMBER.sub(_rounded, " ".join(parent.attrib["d"].split())))
        parent.text = parent.tail = None
    for drawn in root.iter(f"{SVG}defs"):
        drawn.text = None
    # What stood in the style of all elements is inherited from the root.
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt", "role": "img"}
    root.set("aria-labelledby", "title description")
    for place, (name, text) in enumerate((("title", title), ("desc", words))):
        element = ET.Element(f"{SVG}{name}", {"id": "title" if name == "title" else "description"})
        element.text = text
        root.insert(place, element)
    slimmed: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return slimmed


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")
