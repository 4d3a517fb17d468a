"""A district's file, filled with what is usual in its nation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pipeline.config import (
    Areas,
    CautionLayer,
    Choice,
    CouncilLayer,
    District,
    DistrictFile,
    Grid,
    LocalFile,
    NationDefaults,
    TableInput,
    Usual,
)
from pipeline.errors import ChoiceIsNotAllowed, listed, quoted

# The tables that neighbourhoods are made from; of a nation these are usual.
TABLES = (
    "boundaries", "people", "households", "children", "deprivation", "lookup", "census_points",
)  # fmt: skip
ELEVATION = "elevation"
FOLDER = "${DISTRICTS_DIR}"

Input = TypeVar("Input", bound=Choice)


def complete(slug: str, written: DistrictFile, nations: Mapping[str, NationDefaults]) -> District:
    """Fill what a district's file leaves out.

    Parameters
    ----------
    slug
        Name of the file without ending, for messages.
    written
        What it says.
    nations
        What is usual, by nation.

    Returns
    -------
    District
        With nothing left out. Files on this machine, which are named from the folder of the
        district's file, are named from anywhere.

    Raises
    ------
    ChoiceIsNotAllowed
        If something is left out that is not usual in its nation either.
    """
    usual = nations.get(written.nation)
    crs = written.crs or (usual.crs if usual else None)
    if crs is None:
        raise ChoiceIsNotAllowed(
            f"{slug}: crs: this key is missing, and {_nobody(written, nations)}; give the metric "
            "reference system, as in `crs: EPSG:32635`."
        )
    areas, elevation, layers = written.neighbourhoods, written.elevation, dict(written.layers)
    lacks: dict[str, str] = {}
    if isinstance(areas, Usual):
        if usual is None:
            raise ChoiceIsNotAllowed(
                f"{slug}: neighbourhoods: this key is missing, and {_nobody(written, nations)}; "
                "describe them, as areas or as a grid."
            )
        _must_be_known(slug, areas, usual)
        layers = _usual_layers(usual, areas.without) | layers
        elevation = elevation or _usual_table(usual.elevation, ELEVATION, areas.without)
        areas = _usual_areas(slug, areas, usual)
        there = {*layers, *(key for key in TABLES if getattr(areas, key) is not None)}
        lacks = {key: why for key, why in usual.lacks.items() if key not in there}
    kept = {
        name: getattr(written, name) for name in written.model_fields_set & {*District.model_fields}
    }
    return District(
        **kept
        | {
            "crs": crs,
            "openstreetmap": _placed(written.openstreetmap),
            "neighbourhoods": _areas_placed(areas),
            "layers": {key: _placed(layer) for key, layer in layers.items()},
            "elevation": elevation and _placed(elevation),
            "lacks": lacks,
        }
    )


def _nobody(written: DistrictFile, nations: Mapping[str, NationDefaults]) -> str:
    return (
        f"nothing is usual in the nation {quoted(written.nation)} (there is "
        f"{listed(sorted(nations)) or 'none'}, files of config/nations)"
    )


def _must_be_known(slug: str, areas: Usual, usual: NationDefaults) -> None:
    there = {key for key in (*TABLES, ELEVATION) if getattr(usual, key)} | set(usual.layers)
    unknown = sorted(set(areas.without) - there)
    if unknown:
        raise ChoiceIsNotAllowed(
            f"{slug}: neighbourhoods.without: {listed(unknown)} is not usual in {usual.name}; "
            f"usual are {listed(sorted(there), 20)}."
        )


def _usual_layers(
    usual: NationDefaults, without: tuple[str, ...]
) -> dict[str, TableInput | CautionLayer | CouncilLayer]:
    return {
        key: TableInput(table=table) for key, table in usual.layers.items() if key not in without
    }


def _usual_table(table: str | None, key: str, without: tuple[str, ...]) -> TableInput | None:
    return None if table is None or key in without else TableInput(table=table)


def _usual_areas(slug: str, areas: Usual, usual: NationDefaults) -> Areas:
    tables = {
        key: getattr(areas, key) or _usual_table(getattr(usual, key), key, areas.without)
        for key in TABLES
    }
    boundaries, people = tables.pop("boundaries"), tables.pop("people")
    for key, table in (("boundaries", boundaries), ("people", people)):
        if table is None:
            raise ChoiceIsNotAllowed(
                f"{slug}: neighbourhoods.{key}: must be there, and in {usual.name} no table is "
                f"usual; name one, as in `neighbourhoods: {{kind: usual, {key}: {{table: …, at: "
                "{file: …}}}`."
            )
    assert boundaries is not None
    assert people is not None
    return Areas(kind="areas", boundaries=boundaries, people=people, **tables)


# --- files on this machine -----------------------------------------------------------------------


def _areas_placed(areas: Areas | Grid) -> Areas | Grid:
    tables = {key: getattr(areas, key, None) for key in TABLES}
    placed = {key: _placed(table) for key, table in tables.items() if table is not None}
    return areas.model_copy(update=placed)


def _placed(held: Input) -> Input:
    """Name a file from anywhere that is named from the folder of the district's file."""
    at = getattr(held, "at", None)
    # What is an address is left as it is, and refused under its own name when it is looked for.
    if not isinstance(at, LocalFile) or at.file.startswith(("$", "/")) or "://" in at.file:
        return held
    return held.model_copy(update={"at": LocalFile(file=f"{FOLDER}/{at.file}")})
