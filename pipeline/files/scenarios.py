"""Read a scenario: as YAML, or as GeoJSON that was drawn elsewhere, whose properties say what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pydantic import TypeAdapter, ValidationError

from pipeline.config.scenario import Scenario
from pipeline.errors import ChoiceIsNotAllowed, FileIsNotAllowed, quoted
from pipeline.files.choices import SLUG, read_choices
from pipeline.files.vectors import read_vector

DRAWN = (".geojson", ".json")
# Properties that a change may have; editors add others of their own.
_WORDS = ("change", "category", "name", "asset")
_NUMBERS = ("way", "joins_within_m")
_WIDE = "EPSG:4326"
_KEY_OF = {"Point": "at", "LineString": "line", "Polygon": "area"}


def read_scenario(path: Path, district: str) -> Scenario:
    """Read one scenario of a district.

    Parameters
    ----------
    path
        A `.yaml` file of `config/scenarios`, or a `.geojson` each feature of which is a change.
    district
        The district that it is asked for.

    Returns
    -------
    Scenario
        What is to change.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If it is not there or cannot be read.
    ChoiceIsNotAllowed
        If it is of another district, or a key or value is not allowed.
    """
    if path.suffix in DRAWN:
        return _drawn(path, district)
    found: Scenario = read_choices(path, Scenario)
    if found.district != district:
        raise ChoiceIsNotAllowed(
            f"{path}: district: is a scenario for {found.district}, and {district} was asked for; "
            f"run make scenario D={found.district} S={path.stem}, or write one for {district}."
        )
    return found


def _drawn(path: Path, district: str) -> Scenario:
    if not SLUG.fullmatch(path.stem):  # a folder is called after it
        raise FileIsNotAllowed(
            f"{path.parent / '…'}: the file name {quoted(path.name)} is not allowed; use small "
            "letters, digits, `_` and `-`, beginning with a letter."
        )
    frame = read_vector(path)
    crs = frame.crs.to_epsg()
    changes = [
        _change(path, number, frame.loc[number], shape)
        for number, shape in zip(frame.index, np.asarray(frame.geometry.array), strict=True)
    ]
    title = path.stem.replace("_", " ").replace("-", " ").capitalize()
    values = {
        "district": district,
        "title": title,
        "about": f"Drawn in {path.name}.",
        "crs": _WIDE if crs is None else f"EPSG:{crs}",
        "changes": changes,
    }
    try:
        return TypeAdapter(Scenario).validate_json(json.dumps(values))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(quoted(part)[1:-1] for part in fault["loc"])
        words = fault["msg"].removeprefix("Value error, ")
        raise ChoiceIsNotAllowed(
            f"{path}: {where}: {words}; a feature’s properties say its `change`, as a YAML "
            "scenario does, and its shape where (features count from 0)."
        ) from None


def _change(path: Path, number: int, row: Any, shape: shapely.Geometry) -> dict[str, Any]:  # noqa: ANN401 (a row)
    found: dict[str, Any] = {key: str(row[key]) for key in _WORDS if row.get(key)}
    for key in _NUMBERS:
        if row.get(key):
            found[key] = _number(path, number, key, str(row[key]))
    parts = shapely.get_parts(shape)
    if len(parts) != 1 or shapely.get_num_interior_rings(parts[0]):
        raise ChoiceIsNotAllowed(
            f"{path}: feature {number} is drawn in {len(parts)} parts or with holes; draw a point, "
            "a line or one outline without holes for each change."
        )
    if found.get("change") != "close_asset" and "way" not in found:
        points = shapely.get_coordinates(parts[0]).tolist()
        key = _KEY_OF[parts[0].geom_type]
        found[key] = points[0] if key == "at" else points[:-1] if key == "area" else points
    return found


def _number(path: Path, number: int, key: str, text: str) -> float | int:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise ChoiceIsNotAllowed(f"{path}: feature {number}: {key}: {quoted(text)} is no number.")
    return int(value) if value.is_integer() else value
