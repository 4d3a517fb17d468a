"""What is known of a run: inputs, choices, versions, counts, caveats (`run.json`)."""

from __future__ import annotations

import hashlib
import json
import platform
import warnings
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from pipeline.pages import caveats, figures
from pipeline.pages.material import Material
from pipeline.pages.shapes import UNITS_PER_DEGREE, Coder
from pipeline.text import clean_text

INPUT_KEYS = (
    "title",
    "publisher",
    "licence",
    "attribution",
    "date",
    "fetched",
    "good_for_days",
    "is_old",
    "table",
    "original_name",
    "sha256",
    "bytes",
    "rows",
    "rows_at_fault",
)
LIBRARIES = (
    "exactextract",
    "folium",
    "geopandas",
    "numba",
    "numpy",
    "osmium",
    "pandas",
    "pyarrow",
    "pydantic",
    "pyogrio",
    "pyproj",
    "rasterio",
    "scipy",
    "shapely",
    "XStatic-Leaflet",
)


def run_note(material: Material, seconds: Mapping[str, float]) -> dict[str, Any]:
    """Return all that is known of a run, but for the hashes of what it published.

    Parameters
    ----------
    material
        The district.
    seconds
        Name of a step → how long it took.

    Returns
    -------
    dict
        Plain values; `pipeline.publish.publish` adds `published`.
    """
    district = material.district
    return {
        "district": {
            "name": district.name,
            "code": district.code,
            "nation": str(district.nation),
            "notice": district.notice,
            "crs": district.crs,
        },
        "inputs": {
            name: {key: entry.get(key) for key in INPUT_KEYS}
            for name, entry in sorted(material.manifest.items())
        },
        "config_sha256": config_hash(material),
        "versions": versions(),
        "transformation": transformation(material),
        "counts": {**caveats.district_counts(material), **_table_counts(material)},
        "coverage": {**caveats.coverage(material), **caveats.off_network(material)},
        "caveats": [told.text for told in caveats.caveats(material)],
        "reports": {name: dict(report) for name, report in sorted(material.reports.items())},
        "seconds": {name: round(float(value), 2) for name, value in seconds.items()},
        "at_a_glance": _at_a_glance(material),
    }


def config_hash(material: Material) -> str:
    """Return the sha256 of every choice that this run was made with.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    str
        Hexadecimal.
    """
    choices = {
        "study": material.study.model_dump(mode="json"),
        "theme": material.theme.model_dump(mode="json"),
        "district": material.district.model_dump(mode="json"),
        "looks": {name: look.model_dump(mode="json") for name, look in material.looks.items()},
        "standards": {
            name: standard.model_dump(mode="json")
            for name, standard in material.published_standards.items()
        },
    }
    text = json.dumps(choices, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decide about numbers or looks.

    Returns
    -------
    dict
        Name → version.
    """
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # pragma: no cover (all are pinned)
            found[name] = "not installed"
    return {
        **found,
        "GDAL": ".".join(str(part) for part in pyogrio.__gdal_version__),
        "GEOS": shapely.geos_version_string,
        "PROJ": pyproj.proj_version_str,
    }


def transformation(material: Material) -> dict[str, Any]:
    """Return how degrees became metres, and how exact that is, in PROJ's own words.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    dict
        `from`, `to`, `name`, `accuracy_m` (none where PROJ does not know),
        `is_the_best_known`: false where a better one needs a grid that is not installed.
    """
    crs = material.neighbourhoods.crs
    with warnings.catch_warnings():
        # What the warning says, that a better way needs a grid, is published as a fact below.
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup("EPSG:4326", crs, always_xy=True, area_of_interest=_area(material))
    first = group.transformers[0]
    accuracy = float(first.accuracy)
    return {
        "from": "EPSG:4326",
        "to": material.district.crs,
        "name": first.description,
        "accuracy_m": accuracy if np.isfinite(accuracy) and accuracy >= 0 else None,
        "is_the_best_known": bool(group.best_available),
    }


def _area(material: Material) -> Any:  # noqa: ANN401 (pyproj names the type twice)
    west, south, east, north = material.neighbourhoods.total_bounds
    corners = Coder(material.neighbourhoods.crs).units(np.array([[west, south], [east, north]]))
    (left, bottom), (right, top) = (corners / UNITS_PER_DEGREE).tolist()
    return AreaOfInterest(left, bottom, right, top)


def _table_counts(material: Material) -> dict[str, int]:
    return {
        "homes": len(material.homes),
        "entrances": len(material.entrances),
        "edges": len(material.network),
        "figures": len(material.indicators),
    }


def _at_a_glance(material: Material) -> dict[str, Any]:
    """Lines for the page over all districts."""
    counts = caveats.district_counts(material)
    minutes = material.study.walking.minutes[len(material.study.walking.minutes) // 2]
    words = material.words
    at_homes = round(caveats.off_network(material)["people"])
    known = "" if at_homes >= counts["people"] else "_where_known"
    about = "_about" if material.people_are_estimated or material.people_raster else ""
    return {
        "language": words.tag,
        "counts": [
            words(f"counts.residents{about}", n=counts["people"]),
            words("counts.neighbourhoods", n=counts["neighbourhoods"]),
            words("counts.assets", n=counts["assets"]),
        ],
        "strengths": [
            words(
                f"glance.strength{known}",
                category=clean_text(found["label"]),
                minutes=minutes,
                share=words.share(found["share_pct"], 100),
            )
            for found in figures.strengths(material, minutes, most=3)
        ],
        "date": words.day(str(material.district.openstreetmap.day)),
    }
