"""What to be careful of on a site: which layers and maps draw it there, on how much of it.

A caution, such as flooding, is told by what OpenStreetMap draws, by what a site's register says,
and by the layers that a district names for it. Only such a layer is a survey: where none is named,
or the one that is says nothing of the district, it is not known (`no_data`). Where a layer draws
nothing on a site that is all it says, and never that the site is free of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.cells import Cells, Flags, Texts, is_one_of
from pipeline.config import Caution, CautionLayer, State
from pipeline.errors import ChoiceIsNotAllowed, PlaceIsElsewhere, listed, quoted
from pipeline.placing import places_of, turned_about

Shapes = npt.NDArray[np.object_]
Finding = dict[str, Any]

AREA = 2
# What of a site's area is less than this is a hair between two drawings of one edge.
HAIR_M2 = 0.5
# So many kinds of rows are named of those that lie on a site.
MOST_ROWS = 4


@dataclass(frozen=True)
class CautionRows:
    """A layer of a caution as its file holds it; `rows` is empty where the file has none."""

    declaration: CautionLayer
    rows: pd.DataFrame
    date: date


@dataclass(frozen=True)
class Marks:
    """What one source draws of one caution: `shapes`, and what each is called, maybe nothing.

    `is_survey` says that the source looked for it, so that its silence about a site can be told.
    """

    source: str
    caution: str
    day: str
    shapes: Shapes
    rows: Texts
    is_survey: bool = False


def must_be_cautions(layers: Mapping[str, CautionLayer], cautions: Mapping[str, Caution]) -> None:
    """Refuse a layer of a caution that is not there.

    Parameters
    ----------
    layers
        By the district's name for them.
    cautions
        By the names of their files.

    Raises
    ------
    ChoiceIsNotAllowed
        If one names another.
    """
    for name, layer in sorted(layers.items()):
        if layer.caution not in cautions:
            raise ChoiceIsNotAllowed(
                f"layers.{name}.caution: there is no file config/cautions/"
                f"{quoted(layer.caution)[1:-1]}.yaml; allowed are {listed(sorted(cautions), 40)}."
            )


def marks_of_layer(
    name: str, layer: CautionRows, crs: str, reach: shapely.Geometry
) -> tuple[Marks, list[str]]:
    """Read what a layer draws in and around the district.

    Parameters
    ----------
    name
        What the district calls the layer.
    layer
        Its rows and what is declared of them.
    crs
        Metric coordinate reference system of the result.
    reach
        The district with its buffer, in `crs`.

    Returns
    -------
    tuple of Marks and list of str
        What it draws, no survey where it draws nothing in the district or around it; and
        sentences on rows that could not be used, or on that.

    Raises
    ------
    TableBreaksItsContract, ChoiceIsNotAllowed
        If a column that is declared is not in the file, or nothing says where the rows lie.
    PlaceIsElsewhere
        If nothing lies in the district, and would with its coordinates the other way round.
    """
    declared, told = layer.declaration, []
    shapes, rows = np.empty(0, dtype=object), np.empty(0, dtype=object)
    if len(layer.rows):
        cells = Cells(name, layer.rows)
        asked = np.ones(len(cells), dtype=bool)
        for column, values in declared.where.items():
            asked &= is_one_of(cells.texts((column,), "where"), values)
        found, reasons, _ = places_of(cells, declared, crs, reach)
        told = _set_aside(cells, declared, asked, reasons)
        usable = asked & (reasons == "")
        near = usable & shapely.intersects(found, reach)
        if usable.any() and not near.any() and (turned := turned_about(found[usable], reach)):
            raise PlaceIsElsewhere(
                f"layers.{name}: nothing of it lies in the district or near it{turned}; check its "
                "columns of coordinates and their `crs`."
            )
        names = cells.texts((declared.name,), "name") if declared.name else np.full(len(cells), "")
        shapes, rows = found[near], names.astype(object)[near]
    if not len(shapes):
        told.append(
            f"{declared.title} draws nothing in the district or around it, so it is not taken as "
            "word on any site there."
        )
    day = layer.date.isoformat()
    marks = Marks(name, declared.caution, day, shapes, rows, is_survey=len(shapes) > 0)
    return marks, told


def _set_aside(cells: Cells, declared: CautionLayer, asked: Flags, reasons: Texts) -> list[str]:
    """Say how many rows of a layer could not be used, and why the first of them."""
    faults = cells.rows.attrs.get("faults", {})
    why = [faults.get(row, reason) for row, reason in zip(cells.rows.index, reasons, strict=True)]
    bad = np.flatnonzero(asked & (reasons != ""))
    if not len(bad):
        return []
    first = int(bad[0])
    told = f"{len(bad)} of {int(asked.sum())} rows of {declared.title} could not be used; row "
    return [f"{told}{cells.row_numbers[first]} {why[first]}."]


def marks_on_map(
    features: gpd.GeoDataFrame, marked: Sequence[tuple[int, str]], day: str
) -> Iterator[Marks]:
    """Yield what the map draws of each caution; it is no survey of any.

    Parameters
    ----------
    features
        The map.
    marked
        Places of features in it, each with a caution that its tags speak of.
    day
        Day of the map.

    Yields
    ------
    Marks
        One for each caution that is drawn anywhere.
    """
    shapes = np.asarray(features.geometry.array)
    for caution in sorted({name for _, name in marked}):
        ours = shapes[[at for at, name in marked if name == caution]]
        yield Marks("osm", caution, day, ours, np.full(len(ours), "", dtype=object))


def find_cautions(
    sites: gpd.GeoDataFrame,
    marks: Sequence[Marks],
    cautions: Mapping[str, Caution],
) -> list[list[Finding]]:
    """Say of each site what each source says of each caution.

    Parameters
    ----------
    sites
        `geometry`, `details` (JSON), `sources`, `date` and `is_in_district`.
    marks
        What layers and the map draw.
    cautions
        What to be careful of, by name.

    Returns
    -------
    list of list of dict
        For each site, by caution and source: `caution`, `source` (empty where nobody says),
        `is_here`, `share_pct` of its area or None, `state` (of the share: `ok`; `true_zero`, a
        survey draws nothing on it; `no_data`, it cannot be measured, or nobody says), `date` and
        `rows`, what is drawn there by name.
    """
    shapes = np.asarray(sites.geometry.array)
    found: list[list[Finding]] = [[] for _ in range(len(sites))]
    is_ours = sites["is_in_district"].to_numpy(dtype=bool)
    for each in marks:
        for at, finding in enumerate(_of_marks(shapes, each)):
            if finding["is_here"] or (each.is_survey and is_ours[at]):
                found[at].append(finding)
    surveyed = {each.caution for each in marks if each.is_survey}
    rows = sites[["details", "sources", "date"]].itertuples(index=False)
    for at, (details, sources, day) in enumerate(rows):
        for name in sorted(_of_register(json.loads(details), cautions)):
            source = ",".join(each for each in sources.split(",") if each != "osm")
            found[at].append(_finding(name, source, day, is_here=True))
        for name in sorted(set(cautions) - (surveyed if is_ours[at] else set())):
            found[at].append(_finding(name, "", "", is_here=False))
        found[at].sort(key=lambda each: (each["caution"], each["source"] == "", each["source"]))
    return found


def _finding(
    caution: str,
    source: str,
    day: str,
    *,
    is_here: bool,
    share_pct: float | None = None,
    rows: Sequence[str] = (),
) -> Finding:
    is_measured = State.TRUE_ZERO if share_pct == 0 else State.OK
    return {
        "caution": caution,
        "source": source,
        "is_here": is_here,
        "share_pct": share_pct,
        "state": (State.NO_DATA if share_pct is None else is_measured).value,
        "date": day,
        "rows": list(rows),
    }


def _of_marks(shapes: Shapes, marks: Marks) -> Iterator[Finding]:
    """Yield, for each site, whether one source draws a caution there, and on how much of it."""
    site, mark = shapely.STRtree(marks.shapes).query(shapes, "intersects")
    order = np.lexsort((mark, site))
    site, mark = site[order], mark[order]
    bounds = np.searchsorted(site, np.arange(len(shapes) + 1))
    for at, shape in enumerate(shapes):
        drawn = mark[bounds[at] : bounds[at + 1]]
        share = _share_pct(shape, marks.shapes[drawn])
        is_here = len(drawn) > 0 and share != 0
        rows = sorted({name for name in marks.rows[drawn] if name})[:MOST_ROWS] if is_here else []
        yield _finding(
            marks.caution, marks.source, marks.day, is_here=is_here, share_pct=share, rows=rows
        )


def _share_pct(shape: shapely.Geometry, drawn: Shapes) -> float | None:
    """Return the share of a site that some shapes cover; None where it cannot be measured.

    A hair along an edge that two drawings have in common counts as nothing.
    """
    if not len(drawn):
        return 0.0
    has_area = shapely.get_dimensions(drawn) == AREA
    size = shapely.area(shape)
    if size <= 0 or not has_area.any():
        return None
    covered = shapely.area(shapely.union_all(shapely.intersection(shape, drawn[has_area])))
    if covered < HAIR_M2:
        return 0.0 if has_area.all() else None
    share = min(100.0, 100.0 * float(covered / size))
    return round(share, 4)


def _of_register(details: Mapping[str, str], cautions: Mapping[str, Caution]) -> Iterator[str]:
    for name, caution in cautions.items():
        for key, values in caution.details.items():
            meant = {values} if isinstance(values, str) else set(values)
            if details.get(key) in meant:
                yield name
                break


def here(findings: Sequence[Finding]) -> list[str]:
    """Return the cautions that somebody says are here, sorted.

    Parameters
    ----------
    findings
        Of one site.

    Returns
    -------
    list of str
        Names of cautions, each once.
    """
    return sorted({each["caution"] for each in findings if each["is_here"]})


def unknown(findings: Sequence[Finding]) -> list[str]:
    """Return the cautions of which nobody has looked for at a site, sorted.

    Parameters
    ----------
    findings
        Of one site.

    Returns
    -------
    list of str
        Names of cautions.
    """
    return sorted({each["caution"] for each in findings if not each["source"]})


def most_covered(findings: Sequence[Finding], caution: str) -> float:
    """Return the largest share of a site that a source says a caution covers.

    Parameters
    ----------
    findings
        Of one site.
    caution
        Which.

    Returns
    -------
    float
        In per cent; NaN where it is not here, or a source that says so draws no area of it.
    """
    ours = [
        each["share_pct"] for each in findings if each["caution"] == caution and each["is_here"]
    ]
    return max(ours) if ours and None not in ours else math.nan
