"""Features and official layers → assets: what helps people live well here, each counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline import tables
from pipeline.agreement import with_agreement
from pipeline.classification import INSIDE, REASONS, TOO_SMALL, Walls, classify
from pipeline.comparison import compare
from pipeline.config import CategoryRules, FieldAnswer, OsmInput, RecordsTable
from pipeline.corroboration import corroborate
from pipeline.departures import Joined, Timetable, join_departures
from pipeline.field_checks import as_records
from pipeline.quarantine import MOSTLY_ASIDE, rows_counted, set_aside, with_more, words_on_rows
from pipeline.records import LayerRecords, LayerRows, read_layer
from pipeline.tags import read_tags
from pipeline.text import clean_text, json_text

__all__ = ["OSM", "LayerRows", "Timetable", "build_assets", "classify"]

OSM = "osm"
OSM_PAGE = "https://www.openstreetmap.org/"
# What a feature says of itself that people ask for; telephone numbers are not kept.
_DETAILS = ("access", "description", "fee", "opening_hours", "operator", "wheelchair")
_WEBSITES = ("website", "contact:website", "url")
LONGEST_ADDRESS = 500
# Tags that name the record of another source: tag → source.
_NAMED_BY = {"naptan:AtcoCode": "naptan"}

_NO_RECORDS = pd.DataFrame(
    {name: pd.Series(dtype=object) for name in ("source", "record_id", "category", "geometry")}
)


@dataclass(frozen=True)
class Found:
    """Tables of `tables.ASSETS`, `RECORDS`, `AMBIGUOUS`, `ACCESS_POINTS` and `SET_ASIDE`.

    In the last each row of a layer stands that is in neither of the others.
    """

    assets: gpd.GeoDataFrame
    records: gpd.GeoDataFrame
    ambiguous: pd.DataFrame
    access_points: gpd.GeoDataFrame
    set_aside: pd.DataFrame


def build_assets(
    features: gpd.GeoDataFrame,
    rules: Mapping[str, CategoryRules],
    layers: Mapping[str, LayerRows],
    outline: shapely.Geometry,
    *,
    osm: OsmInput,
    buffer_m: float,
    timetables: Mapping[str, Timetable] | None = None,
    answers: Sequence[FieldAnswer] = (),
) -> tuple[Found, dict[str, Any]]:
    """Make the assets of a district out of OpenStreetMap and official layers.

    Parameters
    ----------
    features
        A table of `tables.FEATURES` of the district and its surroundings, in metres.
    rules
        Rules by category.
    layers
        Layers by the district's name for them.
    outline
        The district, in the system of the features.
    osm
        Date and licence of the OpenStreetMap data.
    buffer_m
        How far beyond the outline rows of layers are taken.
    timetables
        Timetables by the district's name for them.
    answers
        What people found who went and looked.

    Returns
    -------
    tuple of Found and dict
        The tables; and the report: counts by category and by agreement, what was left out and
        why, rows of each layer.

    Raises
    ------
    TableBreaksItsContract, ChoiceIsNotAllowed, PlaceIsElsewhere
        If a layer does not have the columns it is declared with, or lies elsewhere.
    """
    crs = features.crs.to_string()
    reach = shapely.buffer(outline, buffer_m)
    shapely.prepare(reach)
    read = {name: read_layer(name, layers[name], rules, crs, reach) for name in sorted(layers)}
    matched = pd.concat(
        [
            _osm_records(classify(features, rules), osm),
            _official_records(read, layers, features, rules),
        ],
        ignore_index=True,
    )
    matched, n_unused = as_records(answers, matched, crs, rules)
    is_counted = (matched["left_out"] == "").to_numpy()
    records = gpd.GeoDataFrame(matched[is_counted], geometry="geometry", crs=crs)
    assets, too_small = corroborate(records, rules, outline)
    points, n_without_asset = _access_points(read, layers, assets, crs)
    aside = set_aside(read, layers, records, assets, too_small, points)
    joined = join_departures(timetables or {}, assets, records, rules, reach)
    aside = with_more(aside, joined.quarantine)
    stated = _with_assets(records, joined)
    confidence, ambiguous = compare(stated, rules)
    stated = stated.assign(confidence=confidence.to_numpy())
    assets = with_agreement(joined.assets, stated, rules, osm.day)
    words = [
        text
        for name, layer in read.items()
        for text in words_on_rows(
            layers[name].declaration.title,
            layer.rows,
            aside[aside["layer"] == name],
            layer.put_right,
        )
    ]
    report = {
        "features": len(features),
        "records": len(matched),
        "categories": _by_category(assets, rules),
        "agreement": _by_agreement(assets),
        "ambiguous": len(ambiguous),
        "field_answers": {"used": len(answers) - n_unused, "of_no_place": n_unused},
        "left_out": _left_out(matched[~is_counted], too_small),
        "layers": {
            name: rows_counted(layer.rows, aside[aside["layer"] == name])
            for name, layer in read.items()
        }
        | {
            name: rows_counted(found["stops"], aside[aside["layer"] == name])
            for name, found in joined.report.items()
        },
        "timetables": joined.report,
        "access_points": {"used": len(points), "of_no_asset": n_without_asset},
        "set_aside": len(aside),
        "mostly_set_aside": [text for text in words if text.startswith(MOSTLY_ASIDE)],
        "caveats": words + joined.caveats,
    }
    columns = [column.name for column in tables.ASSETS.columns]
    return Found(assets[columns], _as_table(stated), ambiguous, points, aside), report


def _with_assets(records: gpd.GeoDataFrame, joined: Joined) -> gpd.GeoDataFrame:
    """Return the records of assets with the asset of each; stops of timetables come last."""
    asset_of = {
        member: asset
        for asset, members in zip(joined.assets["asset_id"], joined.assets["members"], strict=True)
        for member in members
    }
    keys = zip(records["source"], records["record_id"], strict=True)
    ours = records.assign(asset_id=[asset_of.get(key, "") for key in keys])
    ours = ours[ours["asset_id"] != ""].sort_values("order")
    stops = joined.stops.assign(
        identifiers=[(identifier,) for identifier in joined.stops["identifier"]],
        tags=joined.stops["asset_id"].map(_nothing_said),
        details=joined.stops["asset_id"].map(_nothing_said),
    )
    parts = [part for part in (ours, stops) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else ours


def _as_table(stated: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lay records out as `tables.RECORDS`."""
    texts = [json_text(said) for said in stated["details"]]
    names = [column.name for column in tables.RECORDS.columns]
    found = stated.assign(details=pd.Series(texts, index=stated.index, dtype="str"))[names]
    keys = list(tables.RECORDS.key)
    return found.drop_duplicates(keys).sort_values(keys, ignore_index=True)


def _osm_records(classified: gpd.GeoDataFrame, osm: OsmInput) -> pd.DataFrame:
    """Return classified features as records; the day of a record is that of its last edit."""
    tags = classified["tags"]
    return pd.DataFrame(
        {
            "source": OSM,
            "record_id": classified["feature_id"],
            "order": [_order_of_feature(feature) for feature in classified["feature_id"]],
            "category": classified["category"],
            "also": classified["also"],
            "left_out": classified["left_out"],
            "name": classified["name"],
            "date": classified["edited"].where(classified["edited"] != "", osm.day.isoformat()),
            "licence": osm.licence,
            "url": OSM_PAGE + classified["feature_id"],
            "identifiers": [_identifiers(tag) for tag in tags],
            "locality": "",
            "kind_of_stop": "",
            "tags": tags,
            "details": [_details(tag) for tag in tags],
            "geometry": np.asarray(classified.geometry.array),
        }
    )


def _order_of_feature(feature_id: str) -> str:
    """Numbers sort as numbers: `way/9` before `way/10`."""
    kind, _, number = feature_id.partition("/")
    return f"0|{kind}|{number:>20}"


def _identifiers(tags: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{source}:{part.strip().casefold()}"
        for tag, source in _NAMED_BY.items()
        for part in tags.get(tag, "").split(";")
        if part.strip()
    )


def _details(tags: dict[str, str]) -> dict[str, str]:
    """Return what a feature says of itself, as plain text; addresses only with https."""
    details = {key: clean_text(tags[key]) for key in _DETAILS if key in tags}
    for key in _WEBSITES:
        address = clean_text(tags.get(key), most=LONGEST_ADDRESS + 1)
        if address.startswith("https://") and len(address) <= LONGEST_ADDRESS:
            details.setdefault("website", address)
    return {key: text for key, text in details.items() if text}


def _source_of(name: str, layer: LayerRows) -> str:
    return layer.table or name


def _official_records(
    read: Mapping[str, LayerRecords],
    layers: Mapping[str, LayerRows],
    features: gpd.GeoDataFrame,
    rules: Mapping[str, CategoryRules],
) -> pd.DataFrame:
    """Return the rows of all layers as records; a row that two files of a table hold is one."""
    found = [_NO_RECORDS]
    for name, layer in read.items():
        source = _source_of(name, layers[name])
        rows = layer.records[layer.records["category"] != ""]
        declared = layers[name].declaration
        found.append(
            pd.DataFrame(rows)
            .drop(columns=["belongs_to", "row"])
            .assign(
                source=source,
                order=f"1|{source}|" + rows["record_id"],
                date=layers[name].day,
                licence=declared.licence,
                url=[details.get("website", "") for details in rows["details"]],
                identifiers=rows["record_id"].map(partial(_identifier, source)),
                tags=rows["record_id"].map(_nothing_said),
            )
        )
    records = pd.concat(found, ignore_index=True).drop_duplicates(["source", "record_id"])
    if records.empty:
        return records.assign(left_out="")
    walls = Walls(features, read_tags(features["tags"]), rules)
    shapes = records["geometry"].to_numpy(dtype=object)
    inside = walls.around(shapes, records["category"].tolist(), [-1] * len(records))
    return records.assign(left_out=np.where(inside, INSIDE, ""))


def _identifier(source: str, record_id: str) -> tuple[str]:
    return (f"{source}:{record_id.casefold()}",)


def _nothing_said(_of: str) -> dict[str, str]:
    return {}


def _access_points(
    read: Mapping[str, LayerRecords],
    layers: Mapping[str, LayerRows],
    assets: gpd.GeoDataFrame,
    crs: str,
) -> tuple[gpd.GeoDataFrame, int]:
    """Tie official ways in to the assets that their sites became part of."""
    asset_of = {
        member: asset
        for asset, members in zip(assets["asset_id"], assets["members"], strict=True)
        for member in members
    }
    rows: list[tuple[str, str, shapely.Geometry]] = []
    n_without_asset = 0
    for name, layer in read.items():
        declared = layers[name].declaration
        if not isinstance(declared, RecordsTable) or declared.access_points_of is None:
            continue
        points = layer.records
        for number, site, shape in zip(
            points["record_id"], points["belongs_to"], points.geometry, strict=True
        ):
            asset = asset_of.get((declared.access_points_of, site))
            n_without_asset += asset is None
            if asset is not None:
                rows.append((f"{name}-{number}", asset, shapely.point_on_surface(shape)))
    frame = pd.DataFrame(rows, columns=["access_point_id", "asset_id", "geometry"])
    points = gpd.GeoDataFrame(frame, geometry="geometry", crs=crs)
    return points.sort_values("access_point_id", ignore_index=True), n_without_asset


# --- what is said of it --------------------------------------------------------------------------


def _by_category(
    assets: gpd.GeoDataFrame,
    rules: Mapping[str, CategoryRules],
) -> dict[str, dict[str, int]]:
    """Count records, assets and what was joined, for every category, found or not."""
    n_records = Counter(assets["category"].repeat(assets["members"].map(len)))
    n_assets = Counter(assets["category"])
    n_here = Counter(assets.loc[assets["is_in_district"], "category"])
    return {
        category: {
            "records": n_records[category],
            "assets": n_assets[category],
            "in_district": n_here[category],
            "joined": n_records[category] - n_assets[category],
        }
        for category in sorted(rules)
    }


def _by_agreement(assets: gpd.GeoDataFrame) -> dict[str, dict[str, int]]:
    """Count assets by category and by how far their sources agree."""
    counts: dict[str, dict[str, int]] = {}
    for (category, agreement), n in sorted(
        Counter(zip(assets["category"], assets["agreement"], strict=True)).items()
    ):
        counts.setdefault(category, {})[agreement] = n
    return counts


def _left_out(records: pd.DataFrame, too_small: gpd.GeoDataFrame) -> dict[str, dict[str, int]]:
    """Count what matched a category and is not counted, by reason and category."""
    counts: dict[str, dict[str, int]] = {reason: {} for reason in REASONS}
    for (reason, category), n in Counter(
        zip(records["left_out"], records["category"], strict=True)
    ).items():
        counts[reason][category] = n
    for category, members in zip(too_small["category"], too_small["members"], strict=True):
        counts[TOO_SMALL][category] = counts[TOO_SMALL].get(category, 0) + len(members)
    return counts
