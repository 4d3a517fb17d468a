"""The same places in every form a council may send: the same rows, or a sentence on why not."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely

from pipeline.errors import (
    FileIsDamaged,
    FileIsMissing,
    FileIsNotAllowed,
    PipelineError,
    PlaceIsElsewhere,
    SourceIsEmpty,
)
from pipeline.files import archives
from pipeline.files.attributes import faults_of
from pipeline.files.shapefiles import pack_shapefile
from pipeline.files.vectors import read_vector

Shape = Any  # of whichever kind
EAST, NORTH = 331_000.0, 188_000.0
NAMES = ["Caeau’r Dref", "Pîl Farm", "St Julian's & Dell", "Mill <Row>"]
UPRNS = ["100000000000", "100100000001", "10090000002", "3"]
_DEGREES = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)


def places() -> gpd.GeoDataFrame:
    """Four sites: a square with a hole, two squares in one, a line, a point."""
    square = shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)
    hole = square.difference(shapely.box(EAST + 40, NORTH + 40, EAST + 60, NORTH + 60))
    two = shapely.MultiPolygon(
        [shapely.box(x, NORTH, x + 10, NORTH + 10) for x in (EAST, EAST + 50)]
    )
    line = shapely.LineString([(EAST, NORTH), (EAST + 70, NORTH + 5)])
    return gpd.GeoDataFrame(
        {"name": NAMES, "uprn": UPRNS},
        geometry=[hole, two, line, shapely.Point(EAST + 3, NORTH + 4)],
        crs=27700,
    )


def areas(n: int = 3) -> gpd.GeoDataFrame:
    boxes = [shapely.box(EAST + 20 * i, NORTH, EAST + 20 * i + 9, NORTH + 9) for i in range(n)]
    names = [NAMES[i % 4] for i in range(n)]
    return gpd.GeoDataFrame(
        {"name": names, "uprn": [int(UPRNS[i % 4]) for i in range(n)]}, geometry=boxes, crs=27700
    )


# --- writers -------------------------------------------------------------------------------------


def kml(marks: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Sites</name>'
        f"<Folder><name>Open</name>{marks}</Folder></Document></kml>"
    )


def mark(name: str, shape: str, more: str = "") -> str:
    return f"<Placemark><name>{escaped(name)}</name>{more}{shape}</Placemark>"


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def in_kml(shape: Shape) -> str:
    def text(ring: Shape) -> str:
        joined = " ".join(f"{x:.12f},{y:.12f},7" for x, y in ring.coords)
        return f"<coordinates>{joined}</coordinates>"

    match shape.geom_type:
        case "Point" | "LineString":
            return f"<{shape.geom_type}>{text(shape)}</{shape.geom_type}>"
        case "Polygon":
            holes = "".join(
                f"<innerBoundaryIs><LinearRing>{text(r)}</LinearRing></innerBoundaryIs>"
                for r in shape.interiors
            )
            return (
                f"<Polygon><outerBoundaryIs><LinearRing>{text(shape.exterior)}</LinearRing>"
                f"</outerBoundaryIs>{holes}</Polygon>"
            )
    return f"<MultiGeometry>{''.join(map(in_kml, shape.geoms))}</MultiGeometry>"


def write_kml(path: Path) -> None:
    rows = places().to_crs(4326)
    data = "<ExtendedData><Data name='uprn'><value>{}</value></Data></ExtendedData>"
    marks = [
        mark(row["name"], in_kml(row.geometry), data.format(row["uprn"]))
        for _, row in rows.iterrows()
    ]
    path.write_text(kml("".join(marks)), encoding="utf-8")


def write_kmz(path: Path) -> None:
    write_kml(path.with_suffix(".kml"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path.with_suffix(".kml"), "doc.kml")


def in_gml(shape: Shape, named: str, *, turned: bool) -> str:
    def text(ring: Shape) -> str:
        return " ".join(f"{y!r} {x!r}" if turned else f"{x!r} {y!r}" for x, y in ring.coords)

    said = f' srsName="{named}"' if named else ""
    match shape.geom_type:
        case "Point":
            return f"<gml:Point{said}><gml:pos>{text(shape)}</gml:pos></gml:Point>"
        case "LineString":
            return (
                f"<gml:LineString{said}><gml:posList>{text(shape)}</gml:posList></gml:LineString>"
            )
        case "Polygon":
            rings = [("exterior", shape.exterior), *(("interior", r) for r in shape.interiors)]
            inside = "".join(
                f"<gml:{kind}><gml:LinearRing><gml:posList>{text(ring)}</gml:posList>"
                f"</gml:LinearRing></gml:{kind}>"
                for kind, ring in rings
            )
            return f"<gml:Polygon{said}>{inside}</gml:Polygon>"
    parts = "".join(
        f"<gml:surfaceMember>{in_gml(part, '', turned=turned)}</gml:surfaceMember>"
        for part in shape.geoms
    )
    return f"<gml:MultiSurface{said}>{parts}</gml:MultiSurface>"


def gml(members: list[str], head: str = "") -> str:
    inside = "".join(f"<gml:featureMember>{member}</gml:featureMember>" for member in members)
    return (
        f'<?xml version="1.0"?>{head}<c:Sites xmlns:c="http://council.example/c" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="http://council.example/c http://127.0.0.1:9/c.xsd">{inside}</c:Sites>'
    )


def site(number: int, name: str, uprn: str, shape: str) -> str:
    return (
        f'<c:site gml:id="s{number}"><c:name>{escaped(name)}</c:name><c:uprn>{uprn}</c:uprn>'
        f"<c:shape>{shape}</c:shape></c:site>"
    )


def write_gml(path: Path, crs: int, named: str, *, turned: bool) -> None:
    rows = places().to_crs(crs)
    members = [
        site(n, row["name"], row["uprn"], in_gml(row.geometry, named, turned=turned))
        for n, (_, row) in enumerate(rows.iterrows())
    ]
    path.write_text(gml(members), encoding="utf-8")


def write_shapefile(path: Path, frame: gpd.GeoDataFrame, **options: str) -> None:
    """Write a zip of a shapefile."""
    folder = path.with_suffix("")
    folder.mkdir()
    frame.to_file(folder / "sites.shp", engine="pyogrio", **options)
    pack_shapefile(folder / "sites.shp", path)


FORMS: dict[str, Callable[[Path], object]] = {
    "a.geojson": lambda path: places().to_crs(4326).to_file(path),
    "metres.geojson": lambda path: places().to_file(path),
    "a.gpkg": lambda path: places().to_file(path, layer="sites"),
    "a.kml": write_kml,
    "a.kmz": write_kmz,
    "metres.gml": lambda path: write_gml(path, 27700, "urn:ogc:def:crs:EPSG::27700", turned=False),
    "north-first.gml": lambda p: write_gml(p, 4326, "urn:ogc:def:crs:EPSG::4326", turned=True),
    "by-address.gml": lambda p: write_gml(
        p, 4326, "http://www.opengis.net/def/crs/EPSG/0/4326", turned=True
    ),
    "east-first.gml": lambda p: write_gml(p, 4326, "EPSG:4326", turned=False),
    "old-address.gml": lambda p: write_gml(
        p, 4326, "http://www.opengis.net/gml/srs/epsg.xml#4326", turned=False
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_same_places_are_read_from_every_form(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    FORMS[name](path)
    read = read_vector(path, sets_aside=True)

    assert read["name"].tolist() == NAMES
    assert read["uprn"].tolist() == UPRNS
    assert faults_of(read) == {}
    moved = read.to_crs(27700).geometry
    assert (moved.hausdorff_distance(places().geometry, align=False) < 0.001).all()
    assert moved.area.tolist() == pytest.approx([9600, 200, 0, 0], abs=0.01)


@pytest.mark.parametrize("encoding", ["UTF-8", "WINDOWS-1252", None])
def test_a_shapefile_is_read_with_its_letters_and_its_numbers(
    encoding: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    frame = areas(4)
    write_shapefile(path, frame, encoding=encoding or "UTF-8")
    if encoding is None:  # which few programs say
        _without(path, ".cpg")
    read = read_vector(path)

    assert read["name"].tolist() == NAMES
    assert read["uprn"].tolist() == UPRNS
    assert read.crs.to_epsg() == 27700
    assert read.geometry.geom_equals(frame.geometry, align=False).all()


def test_letters_in_windows_code_without_a_word_on_it_are_not_garbled(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_shapefile(path, areas(2), encoding="WINDOWS-1252")
    _without(path, ".cpg")

    assert read_vector(path)["name"].tolist() == NAMES[:2]


def test_a_shapefile_without_a_system_needs_one_to_be_declared(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_shapefile(path, areas())
    assert len(read_vector(path, crs="EPSG:27700")) == 3
    with pytest.raises(FileIsNotAllowed, match=r"is in ‘.*British.*’, and `crs: EPSG:29903`"):
        read_vector(path, crs="EPSG:29903")
    _without(path, ".prj")
    with pytest.raises(FileIsDamaged, match=r"says no coordinate reference system.*`crs`"):
        read_vector(path)
    assert read_vector(path, crs="EPSG:27700").crs.to_epsg() == 27700
    with pytest.raises(PlaceIsElsewhere, match="look like metres"):
        read_vector(path, crs="EPSG:4326")


@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
def test_a_shapefile_that_is_cut_or_lacks_a_part_is_refused(ending: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_shapefile(path, areas(40))
    parts = _parts(path)
    name = f"sites{ending}"
    for share in (0.05, 0.3, 0.6, 0.9, 0.99):
        _pack(path, {**parts, name: parts[name][: int(len(parts[name]) * share)]})
        with pytest.raises(FileIsDamaged, match=rf"a\.zip: its .*{re.escape(ending)}"):
            read_vector(path)
    _pack(path, {key: part for key, part in parts.items() if key != name})
    with pytest.raises((FileIsMissing, FileIsNotAllowed), match=r"lacks its part|without a shape"):
        read_vector(path)


def test_heights_and_measures_are_left_out_and_rows_without_a_shape_are_told(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.zip"
    frame = areas(3)
    frame.geometry = shapely.force_3d(frame.geometry.to_numpy(), 12.0)
    frame.loc[1, "geometry"] = None
    write_shapefile(path, frame)
    with pytest.raises(FileIsDamaged, match=r"feature 2 has no geometry"):
        read_vector(path)
    read = read_vector(path, sets_aside=True)
    assert faults_of(read) == {2: "has no geometry, or one that cannot be read"}
    assert not read.has_z.any()
    assert read.geometry.isna().tolist() == [False, True, False]


def test_of_several_shapefiles_one_must_be_named_and_shadows_of_macs_are_passed_over(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.zip"
    write_shapefile(path, areas(3))
    parts = _parts(path)
    shadows = {f"__MACOSX/._{name}": b"\x00\x05\x16\x07" for name in parts}
    inside = {f"download/{name.upper()}": part for name, part in parts.items()}
    _pack(path, {**inside, **shadows})
    assert len(read_vector(path)) == 3

    other = {name.replace("sites", "gates"): part for name, part in parts.items()}
    _pack(path, {**parts, **other})
    with pytest.raises(FileIsNotAllowed, match=r"‘gates’, ‘sites’; name the one .* `layer`"):
        read_vector(path)
    assert len(read_vector(path, "gates")) == 3


def test_a_shapefile_and_its_folder_are_packed_the_same_every_time(tmp_path: Path) -> None:
    write_shapefile(tmp_path / "a.zip", areas(2))
    pack_shapefile(tmp_path / "a", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with pytest.raises(FileIsMissing, match="there is no shapefile"):
        pack_shapefile(tmp_path / "a" / "gates.shp", tmp_path / "c.zip")
    (tmp_path / "a" / "sites.dbf").unlink()
    (tmp_path / "a" / "sites.dbf").symlink_to("/etc/passwd")
    with pytest.raises(FileIsNotAllowed, match="not a plain file"):
        pack_shapefile(tmp_path / "a" / "sites.shp", tmp_path / "c.zip")


# --- KML -----------------------------------------------------------------------------------------

SPOT = "<Point><coordinates>-2.99,51.59,0</coordinates></Point>"


def read_marks(tmp_path: Path, *marks: str) -> gpd.GeoDataFrame:
    path = tmp_path / "a.kml"
    path.write_text(kml("".join(marks)), encoding="utf-8")
    return read_vector(path, sets_aside=True)


def test_descriptions_in_html_are_read_as_words(tmp_path: Path) -> None:
    said = "<description><![CDATA[<table><tr><td>Open</td><td>9&nbsp;to&nbsp;5</td></tr></table>"
    said += "<script>alert(1)</script>Tea &amp; cake<br>daily]]></description>"
    read = read_marks(tmp_path, mark("Hall", SPOT, said))

    assert read["description"].tolist() == ["Open 9 to 5 Tea & cake daily"]
    assert read["folder"].tolist() == ["Open"]


def test_an_outline_with_the_point_of_its_label_is_the_outline(tmp_path: Path) -> None:
    ring = "-2.99,51.59 -2.98,51.59 -2.98,51.60 -2.99,51.59"
    area = (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon>"
    )
    read = read_marks(tmp_path, mark("Park", f"<MultiGeometry>{SPOT}{area}</MultiGeometry>"))

    assert read.geom_type.tolist() == ["Polygon"]


def test_placemarks_that_draw_nothing_keep_their_row_and_their_reason(tmp_path: Path) -> None:
    open_ring = "-2.99,51.59 -2.98,51.59 -2.98,51.60 -2.99,51.61"
    read = read_marks(
        tmp_path,
        mark("Good", SPOT),
        mark("None", ""),
        mark("Words", "<Point><coordinates>by the church</coordinates></Point>"),
        mark("Spaces", "<Point><coordinates>-2.99, 51.59</coordinates></Point>"),
        mark("Endless", "<Point><coordinates>-2.99,inf</coordinates></Point>"),
        mark("Open", f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{open_ring}"
             "</coordinates></LinearRing></outerBoundaryIs></Polygon>"),
        mark("House", "<Model/>"),
    )  # fmt: skip

    assert read["name"].tolist()[0] == "Good"
    assert {row: words.split(" (")[0] for row, words in faults_of(read).items()} == {
        2: "has no geometry",
        3: "has coordinates that cannot be read",
        4: "has coordinates that cannot be read",
        5: "has coordinates that are not finite numbers",
        6: "has a boundary that is not closed, or of fewer than four places",
        7: "has a geometry of type ‘Model’; allowed are ‘Point’, ‘LineString’, ‘LinearRing’, "
        "‘Polygon’, ‘MultiGeometry’",
    }


REFUSED_XML: dict[str, tuple[str, str, type[PipelineError], str]] = {
    "a bomb": (
        "a.kml",
        kml(mark("x", SPOT), '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'),
        FileIsNotAllowed,
        "DOCTYPE or ENTITY",
    ),
    "a file of this machine": (
        "a.gml",
        gml(["<c:site>&x;</c:site>"], '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        FileIsNotAllowed,
        "DOCTYPE or ENTITY",
    ),
    "a document type far down": (
        "a.kml",
        "<?xml version='1.0'?>" + " " * 70_000 + "<!DOCTYPE kml [<!ENTITY a 'b'>]><kml/>",
        FileIsNotAllowed,
        "DOCTYPE or ENTITY",
    ),
    "a pointer": (
        "a.kml",
        kml("<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>"),
        SourceIsEmpty,
        "only points to another file",
    ),
    "nothing": ("a.kml", kml(""), SourceIsEmpty, "holds no placemarks"),
    "a page": ("a.gml", "<!doctype html><html></html>", FileIsNotAllowed, "web page"),
    "an error": (
        "a.gml",
        "<ows:ExceptionReport xmlns:ows='o'><ows:Exception/></ows:ExceptionReport>",
        SourceIsEmpty,
        "report of an error",
    ),
    "a cut": ("a.kml", kml(mark("x", SPOT))[:-20], FileIsDamaged, "is cut short or is not XML"),
    "depth": ("a.gml", "<a>" * 1000, FileIsNotAllowed, "nested too deep"),
    "no system": (
        "a.gml",
        gml([site(1, "x", "1", "<gml:Point><gml:pos>1 2</gml:pos></gml:Point>")]),
        FileIsDamaged,
        "says no coordinate reference system",
    ),
    "two types": (
        "a.gml",
        gml([site(1, "x", "1", ""), "<c:gate/>"]),
        FileIsNotAllowed,
        "‘site’, ‘gate’; name the one",
    ),
}


@pytest.mark.parametrize("name", REFUSED_XML)
def test_xml_that_is_no_data_or_no_good_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    file, text, error, words = REFUSED_XML[name]
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=words) as caught:
        read_vector(path, sets_aside=True)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_of_a_kmz_the_one_file_in_it_is_read_within_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.kmz"
    inner = kml(mark("x", SPOT)).encode()
    _pack(path, {"doc.kml": inner, "files/other.kml": inner})
    with pytest.raises(FileIsNotAllowed, match=r"a\.kmz: holds 2 KML files, and one is read"):
        read_vector(path)
    _pack(path, {"doc.kml": inner[:-10]})
    with pytest.raises(FileIsDamaged, match=r"a\.kmz: is cut short or is not XML"):
        read_vector(path)
    _pack(path, {"doc.kml": inner})
    assert len(read_vector(path)) == 1
    monkeypatch.setattr(archives, "LARGEST_MEMBER_BYTES", 100)
    with pytest.raises(FileIsNotAllowed, match=r"‘doc.kml’ unpacks to .* at most 100"):
        read_vector(path)


def test_a_folder_of_kml_is_a_layer_and_metres_cannot_be_declared(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    path.write_text(kml(mark("x", SPOT) + mark("y", SPOT)))
    assert len(read_vector(path, "Open")) == 2
    with pytest.raises(SourceIsEmpty, match=r"no folder ‘Shut’ with placemarks; it has .*‘Open’"):
        read_vector(path, "Shut")
    with pytest.raises(FileIsNotAllowed, match=r"is KML.*leave `crs` out"):
        read_vector(path, crs="EPSG:27700")


def test_curves_of_straight_pieces_and_heights_are_read_from_gml(tmp_path: Path) -> None:
    curve = (
        '<gml:Curve srsName="EPSG:27700" srsDimension="3"><gml:segments><gml:LineStringSegment>'
        f"<gml:posList>{EAST} {NORTH} 5 {EAST + 9} {NORTH} 5</gml:posList></gml:LineStringSegment>"
        "</gml:segments></gml:Curve>"
    )
    arc = (
        '<gml:Curve srsName="EPSG:27700"><gml:segments><gml:Arc><gml:posList>1 2 3 4 5 6'
        "</gml:posList></gml:Arc></gml:segments></gml:Curve>"
    )
    old = f'<gml:Point srsName="EPSG:27700"><gml:coordinates>{EAST},{NORTH}</gml:coordinates>'
    path = tmp_path / "a.gml"
    shapes = [curve, arc, f"{old}</gml:Point>"]
    path.write_text(gml([site(n, "x", "1", shape) for n, shape in enumerate(shapes)]))
    read = read_vector(path, sets_aside=True)

    assert read.geometry.length[1] == 9
    assert faults_of(read) == {2: "has a curve that is not read (‘Arc’)"}
    assert read.geometry[3] == shapely.Point(EAST, NORTH)


# --- chance --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.kml", "metres.gml", "a.zip"])
def test_mutated_files_are_refused_or_whole_but_never_half(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "a.zip":
        write_shapefile(path, areas(6))
    else:
        FORMS[name](path)
    parts = _parts(path) if name == "a.zip" else {}
    content = path.read_bytes()
    n = len(read_vector(path))
    chance = random.Random(7)
    accepted = 0
    for _ in range(250):
        if parts:
            spoilt = chance.choice(["sites.shp", "sites.dbf", "sites.shx"])
            _pack(path, {**parts, spoilt: _spoil(parts[spoilt], chance)})
        else:
            path.write_bytes(_spoil(content, chance))
        try:
            read = read_vector(path, sets_aside=True)
        except PipelineError:
            continue
        accepted += 1
        assert len(read) == n
        drawn = read.geometry.dropna()
        assert pd.Series(shapely.is_empty(drawn.to_numpy())).eq(False).all()
        assert len(drawn) + len(faults_of(read)) == n
    assert 0 < accepted < 250


def _spoil(content: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(content)
    if chance.random() < 0.2:
        return bytes(spoilt[: chance.randrange(len(spoilt))])
    for _ in range(chance.randint(1, 3)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(1, 256)
    return bytes(spoilt)


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _without(path: Path, ending: str) -> None:
    _pack(path, {name: part for name, part in _parts(path).items() if not name.endswith(ending)})
