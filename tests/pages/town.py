"""A small town, made up, with every state a number can have and room for hostile text."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, MultiPolygon, Point, box

from pipeline import files
from pipeline.assessment import Beside, assess
from pipeline.config import (
    Category,
    District,
    Grid,
    LocalFile,
    Nation,
    OsmInput,
    Standard,
    Study,
    Theme,
    Walker,
    Wording,
)
from pipeline.equity import gradient
from pipeline.files.rasters import write_bands
from pipeline.named_groups import name_groups
from pipeline.nearby import COLUMNS
from pipeline.pages import Material
from pipeline.rasters import Band, Bands, Cells
from pipeline.similar import similar, traits_of
from tests import hostile_texts

ROOT = Path(__file__).parents[2]
CRS = "EPSG:27700"
WEST, SOUTH, CELL = 460_000.0, 520_000.0, 700.0
CATEGORIES = (
    "park",
    "library",
    "bus_stop",
    "food_shop",
    "bench",
    "vacant_shop",
    "cafe",
    "allotments",
)
CODE = "E06000999"
IDS = tuple(f"E0199900{n}" for n in range(1, 7))

HOSTILE = hostile_texts.ALL


Text = Callable[[int], str]


def hostile(n: int) -> str:
    """Return one of the hostile texts."""
    return HOSTILE[n % len(HOSTILE)]


def town(*, is_hostile: bool = False) -> Material:
    """Return everything the pages of the town are made from."""
    looks: dict[str, Category] = files.read_configs(
        [ROOT / f"config/categories/{name}.yaml" for name in CATEGORIES], Category
    )
    if is_hostile:
        looks = {
            name: look.model_copy(
                update={
                    "label": hostile(n),
                    "one": hostile(n + 3),
                    "why": look.why.model_copy(
                        update={"sentence": hostile(n + 1), "reference": hostile(n + 2)}
                    ),
                }
            )
            for n, (name, look) in enumerate(looks.items())
        }
    text = hostile if is_hostile else None
    neighbourhoods = _neighbourhoods(text)
    assets = _assets(looks, text)
    study = files.read_choices(ROOT / "config/study.yaml", Study)
    assessment, groups = assessment_of(neighbourhoods, looks, study, _published_standards(text))
    return Material(
        study=study,
        theme=files.read_choices(ROOT / "config/theme.yaml", Theme),
        looks=looks,
        district=_district(text),
        manifest=_manifest(text),
        neighbourhoods=neighbourhoods,
        coverage=_coverage(neighbourhoods),
        features=_features(),
        network=_network(text),
        terrain=_terrain(),
        assets=assets,
        entrances=_entrances(assets),
        homes=_homes(),
        indicators=_indicators(looks),
        by_walker=_by_walker(),
        sensitivity=_sensitivity(),
        nearby=_nearby(assets),
        localities=_localities(neighbourhoods, text),
        starts=_starts(neighbourhoods, assets),
        walks=_walks(assets),
        gradient=gradient_of(neighbourhoods, _homes(), _indicators(looks), study),
        assessment=assessment,
        groups=groups,
        similar=similar(traits_of(neighbourhoods, _homes()).iloc[:5], study.similar)[0],
        wordings=wordings(),
        walkers={"standard": _walker(text(4) if text else "Adult at an ordinary pace")},
        standards=_standards(),
        published_standards=_published_standards(text),
        catchments=_catchments(looks, neighbourhoods),
        catchment_people=_catchment_people(looks),
        raster_minutes=pd.DataFrame(),
        surface=_surface(neighbourhoods),
        reports={
            "assets": {
                "caveats": [hostile(0)] if text else ["Two stops of a pair are one named place."]
            }
        },
    )


def _localities(neighbourhoods: gpd.GeoDataFrame, text: Text | None) -> gpd.GeoDataFrame:
    """Name the second neighbourhood and, as near it, the third; the others have no name."""
    names = ("Alway", "Somerton", "Alway") if text is None else (text(5), text(6), text(7))
    point = neighbourhoods.geometry.array[1].representative_point()
    rows = pd.DataFrame(
        {
            "neighbourhood_id": [IDS[1], IDS[1], IDS[2]],
            "order": [1, 2, 1],
            "name": names,
            "kind": "suburb",
            "relation": ["inside", "inside", "near"],
            "distance_m": [0.0, 200.0, 700.0],
        }
    )
    return gpd.GeoDataFrame(rows, geometry=[point] * 3, crs=CRS)


def _nearby(assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Name the first place of each category in every neighbourhood."""
    rows = [
        (place, row.category, row.asset_id, 1, 60.0, 60.0, 7.5)
        for place in IDS
        for row in assets.drop_duplicates("category").itertuples()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _starts(neighbourhoods: gpd.GeoDataFrame, assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Start from every neighbourhood, two of which have nobody to start, and from one library."""
    states = {IDS[3]: "suppressed", IDS[5]: "no_data"}
    areas = pd.DataFrame(
        {
            "place_id": IDS,
            "what": "neighbourhood",
            "name": neighbourhoods["name"],
            "category": "",
            "people": [None if place in states else 60.0 for place in IDS],
            "state": [states.get(place, "ok") for place in IDS],
        }
    )
    library = assets[assets["category"] == "library"].iloc[:1]
    place = {"place_id": library["asset_id"], "what": "asset", "name": library["name"],
             "category": "library", "people": np.nan, "state": "ok"}  # fmt: skip
    found = pd.concat([areas, pd.DataFrame(place)], ignore_index=True)
    return found.astype({"people": float})


def _walks(assets: gpd.GeoDataFrame) -> pd.DataFrame:
    """Walk 0.3 minutes to the first asset, 1.8 to the next; what is too far is left out."""
    rows = [
        (place, asset, round(0.3 + 1.5 * ((n + 7 * k) % 40), 2))
        for k, place in enumerate([IDS[0], IDS[1], IDS[2], IDS[4], "osm-way-001"])
        for n, (asset, status) in enumerate(zip(assets["asset_id"], assets["status"], strict=True))
        if (n + 7 * k) % 40 < 20 and asset != place and status == "actual"
    ]
    return pd.DataFrame(rows, columns=["place_id", "asset_id", "walk_min"])


def gradient_of(
    neighbourhoods: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    indicators: pd.DataFrame,
    study: Study,
) -> pd.DataFrame:
    """Return the table that the step of this name makes."""
    people = homes[homes["state"] == "ok"].groupby("neighbourhood_id")["people"].sum()
    measures = {f"within_{minutes}_min_pct": True for minutes in study.walking.minutes}
    return gradient(indicators, neighbourhoods, people, measures, study.equity, study.fewest_people)


def assessment_of(
    neighbourhoods: gpd.GeoDataFrame,
    looks: dict[str, Category],
    study: Study,
    declared: dict[str, Standard],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables that the step of this name makes."""
    beside = Beside(neighbourhoods, _domains(), pd.DataFrame())
    table = assess(_indicators(looks), _standards(), beside, looks, declared, study.walking.middle)
    people = neighbourhoods.set_index("neighbourhood_id")["people"]
    groups, counts = name_groups(table, _domains(), people, study.groups, 33_755, CODE)
    return pd.concat([table, groups], ignore_index=True), counts


def _domains() -> pd.DataFrame:
    """Return two domains, income as the index has it; of the last nothing is known."""
    ranks = [120, 4000, 12_000, 16_000, 32_000, None]
    deciles = [1, 2, 4, 5, 10, None]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "neighbourhood_id": list(IDS),
                    "domain": domain,
                    "rank": pd.array(ranks, dtype="Int64"),
                    "decile": pd.array(deciles, dtype="Int64"),
                    "is_access": domain == "barriers",
                    "state": ["ok"] * 5 + ["no_data"],
                }
            )
            for domain in ("income", "barriers")
        ],
        ignore_index=True,
    )


def wordings() -> dict[str, Wording]:
    """Read the words of the pages as they stand in config."""
    paths = [path for path in (ROOT / "config/words").glob("*.yaml") if path.stem != "unwelcome"]
    return files.read_configs(paths, Wording)


def _district(text: Text | None) -> District:
    return District(
        name=text(1) if text else "Littleton",
        code=CODE,
        nation=Nation.ENGLAND,
        crs=CRS,
        notice=text(0) if text else "Littleton is made up: nobody lives here.",
        openstreetmap=OsmInput(at=LocalFile(file="x.osm"), date=date(2026, 3, 1)),
        neighbourhoods=Grid(
            kind="grid", cell_m=700.0, west=-1.0, south=54.5, east=-0.9, north=54.6
        ),
    )


def _manifest(text: Text | None) -> dict[str, dict[str, Any]]:
    osm = {
        "title": "OpenStreetMap",
        "publisher": "OpenStreetMap contributors",
        "licence": "ODbL-1.0",
        "attribution": "© OpenStreetMap contributors",
        "date": "2026-03-01",
        "sha256": "0" * 64,
        "bytes": 1,
        "rows": None,
        "table": None,
        "original_name": "x.osm",
    }
    boundaries = {
        "title": "LSOA boundaries 2021",
        "publisher": "Office for National Statistics",
        "licence": "OGL-UK-3.0",
        "attribution": "Source: Office for National Statistics licensed under the Open "
        "Government Licence v.3.0",
        "date": "2021-12-31",
        "sha256": "1" * 64,
        "bytes": 1,
        "rows": 6,
        "table": "lsoa_2021",
        "original_name": "y.geojson",
    }
    if text:
        boundaries |= {
            "title": text(0),
            "publisher": text(1),
            "licence": text(2),
            "attribution": text(3),
        }
    return {"openstreetmap": osm, "boundaries": boundaries}


def _neighbourhoods(text: Text | None) -> gpd.GeoDataFrame:
    n = len(IDS)
    cells = [
        box(
            WEST + CELL * (k % 3),
            SOUTH + CELL * (k // 3),
            WEST + CELL * (k % 3 + 1),
            SOUTH + CELL * (k // 3 + 1),
        )
        for k in range(n)
    ]
    return gpd.GeoDataFrame(
        {
            "neighbourhood_id": list(IDS),
            "name": [text(k) if text else f"Littleton 00{k + 1}A" for k in range(n)],
            "vintage": "lsoa_2021",
            "area_ha": CELL * CELL / 10_000,
            "people": [1500.0, 1620.0, 1710.0, 8.0, 1490.0, 1533.0],
            "people_state": "ok",
            "households": 650.0,
            "children": [300.0, 310.0, 320.0, 1.0, 280.0, 290.0],
            "children_state": "ok",
            "deprivation_rank": [120.0, 4000.0, 9000.0, 16000.0, 32000.0, np.nan],
            "deprivation_decile": [1.0, 2.0, 3.0, 5.0, 10.0, np.nan],
            "income_decile": [1.0, 2.0, 4.0, 5.0, 10.0, np.nan],
            "deprivation_index": [text(4) if text else "English Indices of Deprivation"] * 5 + [""],
            "deprivation_year": [2025.0] * 5 + [np.nan],
            "deprivation_state": ["ok"] * 5 + ["no_data"],
            "deprivation_join": ["same_code"] * 5 + ["none"],
        },
        geometry=cells,
        crs=CRS,
    )


def _coverage(neighbourhoods: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    whole = neighbourhoods.geometry.union_all()
    covered = whole.intersection(box(0, 0, WEST + 2.7 * CELL, 1e7))
    edge = LineString([(WEST + 2.7 * CELL, SOUTH), (WEST + 2.7 * CELL, SOUTH + 2 * CELL)])
    return gpd.GeoDataFrame(
        {
            "neighbourhood_id": [*IDS, CODE, CODE],
            "what": ["neighbourhood"] * 6 + ["region", "edge"],
            "covered_share": [1.0] * 5 + [0.7, 0.95, 0.95],
            "state": ["ok"] * 5 + ["no_data", "ok", "ok"],
        },
        geometry=[*neighbourhoods.geometry, covered, edge],
        crs=CRS,
    )


def _features() -> gpd.GeoDataFrame:
    park = Point(WEST + 500, SOUTH + 900).buffer(160)
    river = LineString(
        [(WEST - 300, SOUTH + 650), (WEST + 900, SOUTH + 740), (WEST + 2500, SOUTH + 600)]
    ).buffer(25)
    rail = LineString([(WEST - 300, SOUTH + 1200), (WEST + 2500, SOUTH + 1300)])
    rows = [
        ("way/1", "area", {"leisure": "park"}, park),
        ("way/2", "area", {"natural": "water"}, river),
        ("way/3", "line", {"railway": "rail"}, rail),
        ("way/4", "area", {"building": "yes"}, Point(WEST, SOUTH).buffer(10)),
    ]
    return gpd.GeoDataFrame(
        {
            "feature_id": [row[0] for row in rows],
            "shape": [row[1] for row in rows],
            "tags": [json.dumps(row[2], sort_keys=True) for row in rows],
            "edited": "",
            "was_repaired": False,
        },
        geometry=[row[3] for row in rows],
        crs=CRS,
    )


def _network(text: Text | None) -> gpd.GeoDataFrame:
    lines, highway = [], []
    for k in range(19):
        at = k * CELL / 6
        kind = "primary" if k % 6 == 3 else "residential" if k % 2 else "footway"
        lines += [
            LineString([(WEST + at, SOUTH), (WEST + at, SOUTH + 2 * CELL)]),
            LineString([(WEST, SOUTH + 2 * at / 3), (WEST + 3 * CELL, SOUTH + 2 * at / 3)]),
        ]
        highway += [kind, kind]
    n = len(lines)
    return gpd.GeoDataFrame(
        {
            "edge_id": range(n),
            "start": range(0, 2 * n, 2),
            "end": range(1, 2 * n, 2),
            "length_dm": [int(10 * line.length) for line in lines],
            "component": 0,
            "is_snappable": True,
            "highway": highway,
            "name": text(0) if text else "High Street",
            "is_steps": False,
            "is_bridge_or_tunnel": False,
            "tags": "{}",
            "barriers": "",
        },
        geometry=lines,
        crs=CRS,
    )


def _terrain() -> pd.DataFrame:
    """Return what the streets cost to walk: their length, on flat ground."""
    length = _network(None)["length_dm"].to_numpy()
    return pd.DataFrame(
        {
            "edge_id": range(len(length)),
            "forward_dm": length,
            "backward_dm": length,
            "climb_m": np.nan,
            "descent_m": np.nan,
            "steepest_pct": np.nan,
        }
    )


NAMES = (
    "Old Park",
    "Central",
    "",
    "Mill Lane",
    "St Mary’s",
    "Parc y Dref",
    "Café Ōtepoti",
    "The Green",
)


def _assets(looks: dict[str, Category], text: Text | None) -> gpd.GeoDataFrame:
    generator = np.random.default_rng(7)
    rows: list[dict[str, Any]] = []
    for n in range(40):
        category = CATEGORIES[n % len(CATEGORIES)]
        x, y = (
            WEST + generator.uniform(-200, 3 * CELL + 200),
            SOUTH + generator.uniform(0, 2 * CELL),
        )
        is_area = category in {"park", "allotments"}
        name = text(n) if text else NAMES[(n * 3) % len(NAMES)]
        record = {
            "source": "openstreetmap",
            "id": f"way/{n}",
            "name": name,
            "date": "2024-05-06",
            "licence": "ODbL-1.0",
        }
        details = (
            {"opening_hours": text(n + 1), text(n + 2): text(n + 3)}
            if text
            else {"opening_hours": "Mo-Fr 09:00-17:00"}
        )
        rows.append(
            {
                "asset_id": f"osm-way-{n:03d}",
                "category": category,
                "kind": looks[category].kind.value,
                "level": "physical",
                "status": looks[category].status,
                "name": name,
                "sources": "openstreetmap",
                "licences": "ODbL-1.0",
                "date": "2024-05-06",
                "area_m2": 7850.0 if is_area else 0.0,
                "records": json.dumps([record]),
                "agreement": ("one_source", "conflicting")[n % 7 == 3],
                "chosen": "{}",
                "differences": json.dumps({"name": [record | {"value": name}]})
                if n % 7 == 3
                else "{}",
                "details": json.dumps(details) if n % 3 else "",
                "is_in_district": WEST <= x <= WEST + 3 * CELL,
                "geometry": Point(x, y).buffer(50) if is_area else Point(x, y),
            }
        )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)


def _entrances(assets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = []
    for n, asset in enumerate(assets.itertuples()):
        centre = asset.geometry.centroid
        for k in range(2 if asset.area_m2 else 1):
            point = Point(centre.x + (50 if k == 0 and asset.area_m2 else 0), centre.y - 50 * k)
            rows.append(
                {
                    "entrance_id": f"{asset.asset_id}/{k}",
                    "asset_id": asset.asset_id,
                    "category": asset.category,
                    "way_in": "gate" if asset.area_m2 else "itself",
                    "edge_id": 1 if n != 5 else -1,
                    "along_dm": 10,
                    "snap_dm": 20,
                    "state": "ok" if n != 5 else "unreachable",
                    "geometry": point,
                }
            )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)


def _homes() -> gpd.GeoDataFrame:
    rows = [
        {
            "home_id": f"way/{100 + k}",
            "neighbourhood_id": IDS[k % 5],
            "people": 70.0,
            "children": 12.0,
            "made_from": "building",
            "floor_m2": 90.0,
            "edge_id": 0 if k else -1,
            "along_dm": 0,
            "snap_dm": 0,
            "known_within_m": 5000.0,
            "state": "ok" if k else "unreachable",
            "geometry": Point(WEST + 10 * k, SOUTH + 10),
        }
        for k in range(90)
    ]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)


MEASURES = {
    "nearest_median_min": "min",
    "nearest_q25_min": "min",
    "nearest_q75_min": "min",
    "within_5_min_pct": "%",
    "within_10_min_pct": "%",
    "within_15_min_pct": "%",
    "mean_count_within_15_min": "assets",
}


def _indicators(looks: dict[str, Category]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for c, category in enumerate(sorted(looks)):
        for k, place in enumerate([*IDS, CODE]):
            share = min(100.0, 7.3 + 13.77 * ((k * 3 + c * 2) % 8))
            numbers = {
                "nearest_median_min": 22.0 - share / 5,
                "nearest_q25_min": 17.0 - share / 7,
                "nearest_q75_min": 26.0 - share / 6,
                "within_5_min_pct": share / 3,
                "within_10_min_pct": share,
                "within_15_min_pct": min(100.0, share * 1.4),
                "mean_count_within_15_min": share / 11,
            }
            for measure, unit in MEASURES.items():
                state = _state(place, category, measure)
                rows.append(
                    {
                        "neighbourhood_id": place,
                        "category": category,
                        "measure": measure,
                        "value": numbers[measure]
                        if state == "ok"
                        else 0.0
                        if state == "true_zero"
                        else np.nan,
                        "unit": unit,
                        "state": state,
                        "coverage_pct": 96.2 if k == 2 else 100.0,
                        "source": "openstreetmap",
                        "source_date": "2026-03-01",
                    }
                )
    return pd.DataFrame(rows)


def _walker(label: str) -> Walker:
    return Walker(
        label=label, speed_m_per_min=80.0, slopes="flat", reference="none", note="none"
    )  # fmt: skip


def _by_walker() -> pd.DataFrame:
    """Return what one walker has within reach."""
    return pd.DataFrame(
        {
            "neighbourhood_id": [*IDS, CODE],
            "category": "library",
            "measure": "within_10_min_pct",
            "walker": "standard",
            "value": [10.0, 20, 30, 40, 50, 60, 35],
            "unit": "%",
            "state": "ok",
            "coverage_pct": 100.0,
        }
    )


def _sensitivity() -> pd.DataFrame:
    """Return the district's share of people near a library, as chosen and otherwise."""
    variants = {"as_chosen": 48.61, "cut_off_x_0.8": 31.2, "cut_off_x_1.2": 55.07}
    return pd.DataFrame(
        {
            "neighbourhood_id": CODE,
            "category": "library",
            "measure": "within_10_min_pct",
            "variant": list(variants),
            "value": list(variants.values()),
            "rank_agreement": [1.0, 0.9, np.nan],
        }
    )


def _catchments(looks: dict[str, Category], areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw for each category one cell within 5 minutes, two within 10, three within 15."""
    rows = [
        (category, 5 * n, area.area / 10_000, "ok", MultiPolygon([area]))
        for category in sorted(looks)
        for n, area in ((n, areas.geometry.iloc[:n].union_all()) for n in (1, 2, 3))
    ]
    names = ["category", "minutes", "area_ha", "state", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=names), crs=areas.crs)


def _catchment_people(looks: dict[str, Category]) -> pd.DataFrame:
    rows = [
        (category, minutes, group, 100.0 * minutes, 2.0 * minutes, "ok", 100.0)
        for category in sorted(looks)
        for minutes in (5, 10, 15)
        for group in ("all", "decile_1", "decile_10", "no_decile")
    ]
    names = ["category", "minutes", "people_of", "people", "share_pct", "state", "coverage_pct"]
    return pd.DataFrame(rows, columns=names)


def _surface(areas: gpd.GeoDataFrame) -> bytes:
    cells = Cells(WEST, SOUTH + 2 * CELL, CELL, CELL, 2, 3, areas.crs)
    bands = (Band("park", "Minutes on foot to the nearest: park", "min", "ok"),)
    minutes = np.linspace(1, 6, 6, dtype=np.float32)[None, :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "surface.tif"
        write_bands(Bands(cells, np.arange(6), bands, minutes), path, {"title": "Littleton"})
        return path.read_bytes()


def _published_standards(text: Text | None) -> dict[str, Standard]:
    """Return three real standards, with hostile words where they are asked for."""
    names = ("natural_england_2023", "public_transport", "twenty_minute_neighbourhood")
    found: dict[str, Standard] = files.read_configs(
        [ROOT / f"config/standards/{name}.yaml" for name in names], Standard
    )
    if text is None:
        return found
    return {
        name: standard.model_copy(
            update={
                "name": text(n),
                "body": text(n + 1),
                "reference": text(n + 2),
                "method_note": text(n + 3),
                "criteria": tuple(
                    criterion.model_copy(update={"label": text(n + k)})
                    for k, criterion in enumerate(standard.criteria)
                ),
            }
        )
        for n, (name, standard) in enumerate(found.items())
    }


def _standards() -> pd.DataFrame:
    """Return numbers certain and open, of every state: 10 more for each criterion."""
    rows: list[dict[str, Any]] = []
    for name, standard in _published_standards(None).items():
        for k, criterion in enumerate(standard.criteria):
            is_land = criterion.kind == "quantity"
            for method in ("quantity",) if is_land else ("walking", "straight_line"):
                for n, place in enumerate([*IDS, CODE]):
                    state = {IDS[3]: "suppressed", IDS[5]: "no_data"}.get(place, "ok")
                    value = 10.0 + 10 * (k % 7) + (20 if method == "straight_line" else 0)
                    most = value if n % 2 == 0 else min(100.0, value + 15)
                    rows.append(
                        {
                            "neighbourhood_id": place,
                            "standard": name,
                            "criterion": criterion.id,
                            "method": method,
                            "value": value if state == "ok" else np.nan,
                            "at_most": most if state == "ok" else np.nan,
                            "unit": "ha per 1,000 people" if is_land else "%",
                            "state": state,
                            "coverage_pct": 0.0 if state == "no_data" else 88.0,
                            "source": "openstreetmap",
                            "source_date": "2026-03-01",
                        }
                    )
    return pd.DataFrame(rows)


def _state(place: str, category: str, measure: str) -> str:
    if place == IDS[5]:
        return "no_data"
    if place == IDS[3]:
        return "suppressed"
    if place == IDS[4] and category == "library":
        return "unreachable" if measure.startswith("nearest") else "true_zero"
    return "ok"


__all__ = ["CODE", "HOSTILE", "IDS", "MEASURES", "hostile", "town"]
