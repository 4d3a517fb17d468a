"""An OpenStreetMap file becomes the same features and streets whatever its format."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
import shapely

from pipeline import contracts, osm_file, tables
from pipeline.errors import FileIsDamaged, SourceIsEmpty
from pipeline.osm import OF_NETWORKS, OsmData, read_osm
from pipeline.osm_file import is_area_by_tags
from tests.osm_files import CRS, EAST, NORTH, OUTLINE, Drawing

# Places in a file are rounded to 1e-7 of a degree, about a centimetre.
ROUNDING_M = 0.02


def town() -> Drawing:
    """Draw a street, a house, a pond with an island and a relation that lacks a member."""
    drawing = Drawing()
    drawing.line(1, [(0, 0), (400, 0), (900, 0)], highway="residential", name="Long Street")
    drawing.line(2, [(400, 0), (400, 300)], highway="footway")
    drawing.square(3, 100, 20, 10, building="house")
    drawing.square(4, 500, 500, 100)
    drawing.square(5, 540, 540, 20)
    drawing.relation(6, [(4, "outer"), (5, "inner")], type="multipolygon", natural="water")
    drawing.relation(7, [(4, "outer"), (99, "outer")], type="multipolygon", leisure="park")
    drawing.node(900, 50, 50, amenity="bench")
    return drawing


def shape_of(data: OsmData, name: str) -> Any:  # noqa: ANN401
    found = data.features[data.features["feature_id"] == name]
    assert len(found) == 1, name
    return found.geometry.iloc[0]


def kind_of(data: OsmData, name: str) -> str:
    return str(data.features.set_index("feature_id").loc[name, "shape"])


def test_four_formats_give_the_same_tables(tmp_path: Path) -> None:
    first = town().read(tmp_path, "town.osm.pbf")
    contracts.check(first.features, tables.FEATURES, "features")
    contracts.check(first.streets, tables.STREETS, "streets")
    for name in ("town.osm", "town.osm.gz", "town.osm.bz2"):
        other = town().read(tmp_path, name)
        assert other.features.equals(first.features)
        assert other.streets.equals(first.streets)
        assert other.report == first.report


def test_features_carry_tags_day_and_place(tmp_path: Path) -> None:
    data = town().read(tmp_path)
    bench = data.features.set_index("feature_id").loc["node/900"]
    assert json.loads(bench["tags"]) == {"amenity": "bench"}
    assert (bench["shape"], bench["edited"], bench["was_repaired"]) == (
        "point",
        "2024-05-06",
        False,
    )
    assert bench["geometry"].distance(shapely.Point(EAST + 50, NORTH + 50)) < ROUNDING_M


def test_streets_are_the_same_where_only_what_networks_need_is_read(tmp_path: Path) -> None:
    drawing = town()
    drawing.square(20, 600, 100, 50, highway="pedestrian", area="yes")
    drawing.square(21, 700, 700, 100)
    drawing.relation(22, [(21, "outer")], type="multipolygon", highway="pedestrian")
    drawing.node(901, 60, 50, barrier="gate")
    path = str(drawing.write(tmp_path / "town.osm.pbf"))
    few, all_of_it = (read_osm(path, CRS, OUTLINE, 500, keys) for keys in (OF_NETWORKS, ()))
    assert few.streets.equals(all_of_it.streets)
    assert {"node/901", "relation/22"} <= set(few.features["feature_id"])
    assert "node/900" not in set(few.features["feature_id"])


def test_a_relation_with_a_hole_keeps_its_hole(tmp_path: Path) -> None:
    data = town().read(tmp_path)
    assert shape_of(data, "relation/6").area == pytest.approx(100**2 - 20**2, rel=1e-3)
    assert data.report["area_relations_built"] == 1


def test_a_relation_that_lacks_a_member_is_listed_and_not_built(tmp_path: Path) -> None:
    data = town().read(tmp_path)
    assert data.report["area_relations_not_built"] == ["relation/7"]
    assert "relation/7" not in set(data.features["feature_id"])


def test_a_relation_without_ways_is_listed(tmp_path: Path) -> None:
    drawing = town()
    drawing.relation(8, [], type="multipolygon", leisure="park")
    data = drawing.read(tmp_path)
    assert data.report["area_relations_not_built"] == ["relation/7", "relation/8"]


def test_a_closed_way_that_crosses_itself_is_repaired_and_counted(tmp_path: Path) -> None:
    drawing = town()
    # A bow tie of two triangles, each 100 wide and 50 high: 2 × 2,500 m².
    drawing.line(10, [(0, 200), (100, 300), (100, 200), (0, 300), (0, 200)], leisure="park")
    data = drawing.read(tmp_path)
    assert shape_of(data, "way/10").area == pytest.approx(5000, rel=1e-3)
    assert shape_of(data, "way/10").is_valid
    assert data.report["closed_ways_repaired"] == 1
    assert data.features.set_index("feature_id").loc["way/10", "was_repaired"]


def test_a_relation_whose_rings_cross_is_repaired_and_counted(tmp_path: Path) -> None:
    drawing = town()
    drawing.line(11, [(0, 200), (100, 300), (100, 200), (0, 300), (0, 200)])
    drawing.relation(12, [(11, "outer")], type="multipolygon", leisure="park")
    data = drawing.read(tmp_path)
    assert shape_of(data, "relation/12").area == pytest.approx(5000, rel=1e-3)
    assert data.report["area_relations_repaired"] == 1


def test_a_closed_way_that_encloses_nothing_stays_as_a_line(tmp_path: Path) -> None:
    drawing = town()
    drawing.line(10, [(0, 200), (100, 200), (0, 200)], leisure="park")
    data = drawing.read(tmp_path)
    assert kind_of(data, "way/10") == "line"
    assert data.report["closed_ways_without_area"] == 1


@pytest.mark.parametrize(
    ("tags", "is_area"),
    [
        ({"leisure": "park"}, True),
        ({"landuse": "allotments", "barrier": "fence"}, True),
        ({"disused:amenity": "pub"}, True),
        ({"natural": "water"}, True),
        ({"natural": "coastline"}, False),
        ({"barrier": "fence"}, False),
        ({"highway": "residential", "junction": "roundabout"}, False),
        ({"highway": "pedestrian"}, False),
        ({"highway": "pedestrian", "area": "yes"}, True),
        ({"leisure": "park", "area": "no"}, False),
        ({"leisure": "track", "highway": "footway"}, False),
        ({"boundary": "protected_area"}, True),
        ({"railway": "station"}, True),
        ({"railway": "rail"}, False),
        ({"designation": "local_nature_reserve"}, True),
        ({"designation": "public_footpath", "highway": "path"}, False),
    ],
)
def test_tags_decide_whether_a_closed_way_is_an_area(tags: dict[str, str], is_area: bool) -> None:
    assert is_area_by_tags(tags) == is_area


def test_a_closed_way_that_is_no_area_is_read_as_a_line(tmp_path: Path) -> None:
    drawing = town()
    drawing.square(20, 600, 100, 50, highway="residential", junction="roundabout")
    drawing.square(21, 700, 100, 50, leisure="park")
    data = drawing.read(tmp_path)
    assert (kind_of(data, "way/20"), kind_of(data, "way/21")) == ("line", "area")
    assert shape_of(data, "way/20").length == pytest.approx(200, abs=5 * ROUNDING_M)


def test_a_square_that_is_drawn_as_an_area_is_walked_around(tmp_path: Path) -> None:
    drawing = town()
    drawing.square(20, 600, 100, 50, highway="pedestrian", area="yes")
    data = drawing.read(tmp_path)
    assert kind_of(data, "way/20") == "area"
    ring = data.streets.set_index("way_id").loc[20]
    assert ring.geometry.length == pytest.approx(200, abs=5 * ROUNDING_M)


def test_a_square_that_is_drawn_as_a_relation_is_walked_around_inside_and_out(
    tmp_path: Path,
) -> None:
    drawing = town()
    drawing.relation(6, [(4, "outer"), (5, "inner")], type="multipolygon", highway="pedestrian")
    rings = drawing.read(tmp_path).streets.query("way_id == -6").set_index("part")
    assert rings.geometry.length.round().tolist() == [400, 80]
    assert [len(nodes.split()) for nodes in rings["nodes"]] == [5, 5]


def test_a_way_cut_at_the_border_keeps_its_pieces(tmp_path: Path) -> None:
    drawing = town()
    drawing.way(30, [1, 2, 777, 3, 4], highway="footway")  # node 777 is not in the file
    data = drawing.read(tmp_path)
    pieces = data.streets.query("way_id == 30")
    assert pieces["part"].tolist() == [0, 1]
    assert pieces["nodes"].tolist() == ["1 2", "3 4"]
    assert data.report["ways_cut_at_the_border"] == 1
    assert shape_of(data, "way/30").length == pytest.approx(pieces.geometry.length.sum())


def test_a_way_with_no_two_places_is_counted(tmp_path: Path) -> None:
    drawing = town()
    drawing.way(31, [1, 777], highway="footway")
    drawing.way(32, [1, 1], highway="footway")
    data = drawing.read(tmp_path)
    assert data.report["ways_without_place"] == 2
    assert not set(data.streets["way_id"]) & {31, 32}


def test_each_vertex_of_a_street_has_its_node(tmp_path: Path) -> None:
    drawing = town()
    drawing.node(950, 400, 300)  # at the place of the end of way 2, and yet another node
    end = drawing.ways[2][0][-1]
    drawing.node(951, 500, 300)
    drawing.way(33, [end, 950, 951, 951], highway="footway")
    streets = drawing.read(tmp_path).streets.set_index("way_id")
    assert streets.loc[33, "nodes"] == f"{end} 950 951"
    for _, street in streets.iterrows():
        places = shapely.get_coordinates(street["geometry"])
        drawn = [drawing.places[int(ref)] for ref in street["nodes"].split()]
        assert len(drawn) == len(places)
        for (x, y), (east, north) in zip(drawn, places, strict=True):
            assert abs(EAST + x - east) + abs(NORTH + y - north) < 2 * ROUNDING_M


def test_only_what_touches_the_surroundings_is_kept_and_kept_whole(tmp_path: Path) -> None:
    drawing = town()
    drawing.line(40, [(1400, 0), (9000, 0)], highway="footway")  # 500 m is the buffer
    drawing.line(41, [(1600, 0), (9000, 10)], highway="footway")
    drawing.node(960, 1600, 0, amenity="bench")
    data = drawing.read(tmp_path)
    assert data.streets.set_index("way_id").geometry[40].length == pytest.approx(7600, rel=1e-3)
    assert 41 not in set(data.streets["way_id"])
    assert "node/960" not in set(data.features["feature_id"])


def test_the_extract_of_another_place_is_refused(tmp_path: Path) -> None:
    path = town().write(tmp_path / "town.osm.pbf")
    with pytest.raises(SourceIsEmpty, match="is it the extract of another place"):
        read_osm(str(path), CRS, shapely.box(600_000, 300_000, 600_100, 300_100), 500)


def test_a_file_cut_inside_a_block_is_refused(tmp_path: Path) -> None:
    for name in ("town.osm.pbf", "town.osm", "town.osm.gz", "town.osm.bz2"):
        path = town().write(tmp_path / name)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) * 2 // 3])
        with pytest.raises((FileIsDamaged, SourceIsEmpty), match=name):
            read_osm(str(path), CRS, OUTLINE, 500)


def test_a_file_cut_between_blocks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nodes, ways and relations stand in blocks of their own; without the last one the file is
    # well-formed. Four ways stand here for the ten thousand of a real extract.
    monkeypatch.setattr(osm_file, "WAYS_WITHOUT_RELATIONS", 3)
    path = town().write(tmp_path / "town.osm.pbf")
    whole = path.read_bytes()
    starts = block_starts(whole)
    path.write_bytes(whole[: starts[-1]])
    with pytest.raises(FileIsDamaged, match="no relation, so it has been cut short"):
        read_osm(str(path), CRS, OUTLINE, 500)
    path.write_bytes(whole[: starts[-2]])
    with pytest.raises(SourceIsEmpty, match="cut after its nodes"):
        read_osm(str(path), CRS, OUTLINE, 500)


def block_starts(pbf: bytes) -> list[int]:
    """Find where the blocks of a file begin: four bytes of length, a header, a blob."""
    starts, at = [], 0
    while at < len(pbf):
        starts.append(at)
        size = int.from_bytes(pbf[at : at + 4], "big")
        header = pbf[at + 4 : at + 4 + size]
        field = header.index(b"\x18") + 1  # field 3: size of the blob, a varint
        value, shift = 0, 0
        while True:
            value |= (header[field] & 0x7F) << shift
            if header[field] < 0x80:
                break
            field, shift = field + 1, shift + 7
        at += 4 + size + value
    return starts


def test_text_that_is_no_map_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.osm.pbf"
    path.write_bytes(zlib.compress(b"not a map" * 100))
    with pytest.raises(FileIsDamaged, match=r"town\.osm\.pbf: cannot be read"):
        read_osm(str(path), CRS, OUTLINE, 500)
