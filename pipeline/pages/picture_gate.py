"""What a picture may not hold: scripts, links and anything that asks for another file."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Iterator

from pipeline.errors import quoted

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
SHAPES = frozenset(
    (
        *("svg", "g", "defs", "symbol", "use", "title", "desc"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"),
        *("clipPath", "mask", "pattern", "linearGradient", "radialGradient", "stop"),
    )
)
PNG_START = b"\x89PNG\r\n\x1a\n"
# Width and height, colours, rows, end; words; size on paper, transparency, how colours are meant.
PNG_PARTS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tEXt", b"iTXt", b"pHYs", b"tRNS", b"sRGB", b"gAMA")
)
LARGEST_SIDE_PX = 12_000
# Values in one pixel, by the kind of colour that a PNG says it has.
VALUES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

_DECLARATION = re.compile(r"<!(?!--)|<\?(?!xml\s)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(|javascript:", re.IGNORECASE)


def faults_of_svg(content: bytes) -> Iterator[str]:
    """Yield what makes an SVG unfit to be published, each in words.

    Only shapes and words are allowed: no scripts, no handlers, no links, no embedded pictures or
    pages, no addresses but of parts of the picture itself.

    Parameters
    ----------
    content
        The file.

    Yields
    ------
    str
        For example ``holds a “<script>”, and only shapes and words are allowed``.
    """
    try:
        text = content.decode("utf-8")
        if _DECLARATION.search(text):
            yield "has a declaration, which could name other files"
            return
        # Without declarations there are no entities to blow up.
        root = ET.fromstring(text)  # noqa: S314
    except UnicodeDecodeError as error:
        yield f"byte {error.start} is not UTF-8"
        return
    except ET.ParseError as error:
        yield f"is not well-formed XML ({error})"
        return
    if root.tag != f"{SVG}svg":
        yield "is not an SVG"
        return
    for element in root.iter():
        yield from _element_faults(element)


def _element_faults(element: ET.Element) -> Iterator[str]:
    tag = element.tag.removeprefix(SVG)
    if tag not in SHAPES or tag == element.tag:
        yield f"holds a {quoted(f'<{tag}>')}, and only shapes and words are allowed"
    for name, value in element.attrib.items():
        bare = name.removeprefix(XLINK).lower()
        if bare.startswith("on"):
            yield f"has a handler in an attribute ({quoted(bare)} of <{tag}>)"
        elif bare in {"href", "src"} and not value.startswith("#"):
            yield f"<{tag}> has the address {quoted(value)}"
        elif _ELSEWHERE.search(value):
            yield f"<{tag}> asks for another file in {quoted(bare)}"


def faults_of_png(content: bytes) -> Iterator[str]:
    """Yield what makes a PNG unfit to be published, each in words.

    Parameters
    ----------
    content
        The file.

    Yields
    ------
    str
        For example ``is cut short``.
    """
    if not content.startswith(PNG_START):
        yield "is not a PNG"
        return
    parts = list(_png_parts(content))
    kinds = [kind for kind, _ in parts]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or kinds.count(b"IHDR") != 1:
        yield "is a damaged PNG"
        return
    for kind in kinds:
        if kind not in PNG_PARTS:
            yield f"is a PNG with a part of the kind {quoted(kind.decode('latin-1'))}"
    width, height, depth, colour = struct.unpack(">IIBB", parts[0][1][:10])
    if not (0 < width <= LARGEST_SIDE_PX and 0 < height <= LARGEST_SIDE_PX):
        yield f"has {width} × {height} pixels; up to {LARGEST_SIDE_PX} a side are allowed"
        return
    row = 1 + (width * depth * VALUES.get(colour, 4) + 7) // 8
    packed = b"".join(part for kind, part in parts if kind == b"IDAT")
    if not _unpacks_to(packed, row * height):
        yield "is a damaged PNG"


def _png_parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each part; ``?`` where it is damaged or goes on after its end."""
    place = len(PNG_START)
    kind = b""
    while place < len(content):
        head = content[place : place + 8]
        length = struct.unpack(">I", head[:4])[0] if len(head) == 8 else len(content)  # noqa: PLR2004
        part, sums = content[place + 8 : place + 8 + length], content[place + 8 + length :][:4]
        if kind == b"IEND" or sums != struct.pack(">I", zlib.crc32(head[4:] + part)):
            yield b"?", b""
            return
        kind = head[4:]
        yield kind, part
        place += 12 + length


def _unpacks_to(packed: bytes, size: int) -> bool:
    """Tell whether bytes unpack to just so many, without unpacking more."""
    unpacking = zlib.decompressobj()
    try:
        rows = unpacking.decompress(packed, size + 1)
    except zlib.error:
        return False
    return len(rows) == size
