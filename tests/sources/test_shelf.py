"""Rows from pages in any order come once each, in order, where they should lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FileCannotBeWritten, SourceFailed
from pipeline.files.vectors import read_vector
from pipeline.sources.asking import Area
from pipeline.sources.reading import HasChanged
from pipeline.sources.shelf import DEGREES, Row, Shelf, box_in, shelf_in, system_of
from pipeline.sources.whole import fetch_whole

BOX = (370_000.0, 380_000.0, 390_000.0, 400_000.0)
POINT = shapely.to_wkb(shapely.Point(375_000.123456789, 390_000.25))


def row(key: str, **properties: Any) -> Row:  # noqa: ANN401
    return Row(key, properties, POINT)


def written(folder: Path, rows: list[Row]) -> Path:
    with shelf_in(folder, "EPSG:27700", BOX, "the example") as shelf:
        for one in rows:
            shelf.put([one])
        return shelf.write(folder, "rows")


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(numbers=st.permutations(range(8, 13)))
def test_the_order_in_which_rows_come_leaves_no_trace(numbers: list[int], tmp_path: Path) -> None:
    path = written(tmp_path, [row(f"s.{number}", ref=number) for number in numbers])
    assert read_vector(path)["ref"].tolist() == ["8", "9", "10", "11", "12"]
    expected = written(tmp_path / "other", [row(f"s.{n}", ref=n) for n in range(8, 13)])
    assert path.read_bytes() == expected.read_bytes()
    assert [file.name for file in tmp_path.glob("*") if file.is_file()] == ["rows.gpkg"]


def test_values_keep_all_their_digits_and_what_is_missing_stays_missing(tmp_path: Path) -> None:
    rows = [
        row("1", uprn=100_123_456_789, big=2**63 + 1, code="007", fid="x", geom="y", no=None),
        row("2", other=0.1),
    ]
    found = pyogrio.read_dataframe(written(tmp_path, rows))
    assert found.iloc[0].drop(["geometry", "no", "other"]).to_dict() == {
        "uprn": "100123456789", "big": "9223372036854775809", "code": "007", "fid": "x",
        "geom": "y",
    }  # fmt: skip
    assert found["no"].isna().all()
    assert found["other"].isna().tolist() == [True, False]
    assert found.geometry.x.tolist() == [375_000.123456789] * 2


def test_a_key_twice_and_names_that_differ_by_case_are_told(tmp_path: Path) -> None:
    with pytest.raises(HasChanged, match="row ‘1’ came twice"):
        written(tmp_path, [row("1"), row("2"), row("1")])
    with pytest.raises(SourceFailed, match="apart from case"):
        written(tmp_path, [row("1", name="a"), row("2", Name="b")])
    assert not list(tmp_path.glob("*"))


def test_a_row_outside_the_box_is_told_and_one_that_reaches_in_is_not(tmp_path: Path) -> None:
    across = shapely.to_wkb(shapely.LineString([(0, 390_000), (700_000, 390_000)]))
    beside = shapely.to_wkb(shapely.Point(390_000, 375_000))
    assert written(tmp_path, [Row("1", {}, across)]).exists()
    with pytest.raises(SourceFailed, match="begins at 390000, 375000 in EPSG:27700"):
        written(tmp_path / "other", [Row("1", {}, beside)])


def test_degrees_are_written_as_they_came(tmp_path: Path) -> None:
    place = [-2.3456789012345, 53.4567890123456]
    with shelf_in(tmp_path, "EPSG:4326", (-3, 53, -2, 54), "the example") as shelf:
        shelf.put([Row("1", {"uprn": 100_123_456_789}, shapely.to_wkb(shapely.Point(place)))])
        path = shelf.write(tmp_path, "rows")
    (feature,) = json.loads(path.read_text())["features"]
    assert feature["geometry"]["coordinates"] == place
    assert feature["properties"] == {"uprn": 100_123_456_789}


def test_the_box_in_metres_holds_every_edge_of_the_box_in_degrees() -> None:
    area = Area("E08000009", -2.48, 53.35, -2.25, 53.48)
    west, south, east, north = box_in(area, "EPSG:27700")
    to_metres = pyproj.Transformer.from_crs(4326, 27700, always_xy=True)
    for share in range(11):
        along = area.west + share / 10 * (area.east - area.west)
        up = area.south + share / 10 * (area.north - area.south)
        edges = ((along, area.south), (along, area.north), (area.west, up), (area.east, up))
        for x, y in (to_metres.transform(*edge) for edge in edges):
            assert west + 20 < x < east - 20
            assert south + 20 < y < north - 20
    assert box_in(area, "EPSG:4326") == (-2.48, 53.35, -2.25, 53.48)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("urn:ogc:def:crs:EPSG::27700", "EPSG:27700"),
        ("urn:ogc:def:crs:EPSG:6.9:4326", "EPSG:4326"),
        ("http://www.opengis.net/def/crs/EPSG/0/27700", "EPSG:27700"),
        ("http://www.opengis.net/gml/srs/epsg.xml#29903", "EPSG:29903"),
        ("EPSG:2157", "EPSG:2157"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"),
        ("27700", None),
        ("", None),
    ],
)
def test_systems_are_known_by_all_their_names(name: str, expected: str | None) -> None:
    assert system_of(name) == expected


def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise pyogrio.errors.DataSourceError("disk I/O error")

    monkeypatch.setattr(pyogrio, "write_dataframe", full)
    with pytest.raises(FileCannotBeWritten, match="disk I/O error"):
        written(tmp_path, [row("1")])
    assert not list(tmp_path.glob("*"))


class Nothing:
    """A layer without rows."""

    who, system = "the example service", DEGREES
    area = Area("E08000009", -2.5, 53.3, -2.2, 53.5)

    def count(self) -> int:
        return 0

    def fill(self, shelf: Shelf, size: int, expected: int | None) -> None:
        pass


def test_a_layer_whose_name_has_no_letter_has_a_file_with_an_ending(tmp_path: Path) -> None:
    assert fetch_whole(Nothing(), tmp_path, "", "").path == tmp_path / "layer.geojson"
