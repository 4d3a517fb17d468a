"""What an answer must be, told by its type, its first bytes, and whether it knows its own end."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import quoted

ENOUGH = 512
_ANYTHING = ("application/octet-stream", "binary/octet-stream", "")
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")


@dataclass(frozen=True)
class Form:
    """A kind of answer.

    `types` are the content types it goes by; `begins` are the bytes that it begins with, one of
    them, and anything if there are none. `tells_its_end` says whether half of one can be told
    from a whole one by reading it.
    """

    name: str
    types: tuple[str, ...]
    begins: tuple[bytes, ...] = ()
    tells_its_end: bool = True

    def fault(self, content_type: str, first: bytes) -> str | None:
        """Say what is wrong with the beginning of an answer.

        Parameters
        ----------
        content_type
            As the server says, with parameters or without.
        first
            Its first bytes, up to `ENOUGH`.

        Returns
        -------
        str or None
            Nothing, or words that follow “it”.
        """
        kind = content_type.partition(";")[0].strip().casefold()
        text = first.lstrip(b"\xef\xbb\xbf \t\r\n")
        if kind in {"text/html", "application/xhtml+xml"} or text[:20].lower().startswith(_PAGE):
            return f"is a web page, and {self.name} is wanted"
        if kind not in self.types + _ANYTHING:
            return f"is of the type {quoted(kind)}, and {self.name} is wanted"
        if not first:
            return f"is empty, and {self.name} is wanted"
        if self.begins and not text.startswith(self.begins) and not first.startswith(self.begins):
            return f"does not begin as {self.name} does"
        if not self.begins and text.startswith((b"<", b"{")):
            return f"does not begin as {self.name} does"
        return None


JSON = Form(
    "JSON",
    (
        "application/json", "application/geo+json", "application/vnd.geo+json", "text/json",
        "text/plain", "application/problem+json", "text/javascript",
    ),
    (b"{", b"["),
)  # fmt: skip
CSV = Form(
    "CSV", ("text/csv", "text/plain", "application/csv", "application/vnd.ms-excel"),
    tells_its_end=False,
)  # fmt: skip
XML = Form(
    "XML", ("application/xml", "text/xml", "application/gml+xml", "application/osm3s+xml"), (b"<",)
)
ZIP = Form(
    "a zip file",
    (
        "application/zip", "application/x-zip-compressed", "application/x-zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    (b"PK\x03\x04",),
)  # fmt: skip
GEOPACKAGE = Form(
    "a GeoPackage", ("application/geopackage+sqlite3", "application/x-sqlite3"),
    (b"SQLite format 3\x00",),
)  # fmt: skip
OLD_WORKBOOK = Form("an old Excel file", ("application/vnd.ms-excel",), (b"\xd0\xcf\x11\xe0",))
# A block begins with the length of its header, four bytes, of which the first three are 0.
OSM_EXTRACT = Form(
    "an OpenStreetMap extract",
    ("application/x-protobuf", "application/vnd.openstreetmap.data+pbf"),
    (b"\x00\x00\x00",), tells_its_end=False,
)  # fmt: skip
TEXT = Form("text", ("text/plain", "application/x-md5"), tells_its_end=False)
