"""What a picture may not hold, held up to the gate."""

from __future__ import annotations

import struct
import zlib

import pytest

from pipeline.pages.picture_gate import PNG_START, faults_of_png, faults_of_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def svg(inside: str) -> bytes:
    return f"{HEAD}{inside}</svg>".encode()


def part(kind: bytes, content: bytes) -> bytes:
    sums = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + sums


def png(rows: bytes = b"\0\x7f\x7f\0\x7f\x7f", *others: bytes, width: int = 2) -> bytes:
    """Two by two grey pixels."""
    head = struct.pack(">IIBBBBB", width, 2, 8, 0, 0, 0, 0)
    content = (part(b"IHDR", head), *others, part(b"IDAT", zlib.compress(rows)), part(b"IEND", b""))
    return PNG_START + b"".join(content)


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M0 0L1 1" style="fill: #fff"/>',
        '<defs><clipPath id="a"><rect/></clipPath></defs><g clip-path="url(#a)"/>',
        '<use xlink:href="#a"/><use href="#a"/>',
        "<title>A &lt;script&gt; in words</title>",
    ],
)
def test_shapes_and_words_pass(inside: str) -> None:
    assert list(faults_of_svg(b'<?xml version="1.0" encoding="utf-8"?>' + svg(inside))) == []


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ('<script xmlns="http://www.w3.org/1999/xhtml"/>', "script"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<a href="#x"/>', "<a>"),
        ('<image href="data:image/png;base64,"/>', "<image>"),
        ("<style>@import 'x'</style>", "<style>"),
        ("<animate/>", "<animate>"),
        ('<g onload="x()"/>', "handler"),
        ('<g ONLOAD="x()"/>', "handler"),
        ('<use href="https://example.org/#a"/>', "address"),
        ('<use xlink:href="other.svg#a"/>', "address"),
        ('<path style="fill: url(https://example.org/a)"/>', "another file"),
        ("<path fill=\"url('x.svg#a')\"/>", "another file"),
    ],
)
def test_what_could_run_lead_or_ask_does_not(inside: str, found: str) -> None:
    assert any(found in fault for fault in faults_of_svg(svg(inside)))


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg SYSTEM "x.dtd">' + svg(""),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + svg("&a;"),
        b'<?xml-stylesheet href="x.css"?>' + svg(""),
        svg("<g>"),
        b"<html/>",
        b"\xff\xfe",
        b"",
    ],
)
def test_what_is_no_plain_svg_does_not_pass(content: bytes) -> None:
    assert list(faults_of_svg(content))


def test_a_png_with_its_words_passes() -> None:
    assert list(faults_of_png(png())) == []
    words = part(b"iTXt", b"Title\0\0\0\0\0Caf\xc3\xa9")
    assert list(faults_of_png(png(b"\0\1\1\0\1\1", words))) == []


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        PNG_START,
        png()[:-3],
        png()[:30],
        png() + b"<script>",
        png(b"\0\x7f"),
        png(b"\0" * 5_000_000),
        png(b"\0\1\1\0\1\1", part(b"eXIf", b"where it was taken")),
        png(width=40_000),
        png().replace(b"IDAT", b"IDAX"),
    ],
    ids=["gif", "nothing", "cut", "cut early", "more", "few rows", "bomb", "exif", "wide", "sum"],
)
def test_what_is_no_whole_plain_png_does_not(content: bytes) -> None:
    assert list(faults_of_png(content))
