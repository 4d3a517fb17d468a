"""The areas of one district among those of a whole nation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeGuard

from pipeline.codes import CodedTable
from pipeline.config import BoundariesTable, DeprivationTable, District
from pipeline.errors import CodesDoNotMatch, listed

BOUNDARIES, DEPRIVATION = "boundaries", "deprivation"


def is_nationwide(table: object) -> TypeGuard[BoundariesTable]:
    """Say whether a table holds the outlines of the areas of a whole nation.

    Parameters
    ----------
    table
        Its declaration.

    Returns
    -------
    bool
        Whether a district has to be picked out of it.
    """
    return isinstance(table, BoundariesTable) and table.is_nationwide


def of_district(inputs: Mapping[str, CodedTable], district: District) -> dict[str, CodedTable]:
    """Keep the outlines of a district's own areas, where those of a whole nation are given.

    The index of deprivation lists each area once, with its local authority: so an area on the
    border belongs to one district and is counted there only.

    Parameters
    ----------
    inputs
        `boundaries`, and `deprivation` where it is declared, as read.
    district
        Its code, its name, and names that it is also called.

    Returns
    -------
    dict
        All inputs; of `boundaries` only the rows of the district.

    Raises
    ------
    CodesDoNotMatch
        If the index does not list the district, or lists areas of it that have no outline.
    """
    boundaries, index = inputs[BOUNDARIES], inputs.get(DEPRIVATION)
    if not is_nationwide(boundaries.declared):
        return dict(inputs)
    codes = _codes_of(index, district, boundaries)
    rows = boundaries.rows[boundaries.rows["code"].isin(codes)]
    missing = sorted(codes - set(rows["code"]))
    if missing:
        raise CodesDoNotMatch(
            f"{boundaries.where}: has no outline of {len(missing)} of the {len(codes)} areas that "
            f"the index lists in {district.name} ({listed(missing)}); are both of one vintage?"
        )
    return {**inputs, BOUNDARIES: replace(boundaries, rows=rows.reset_index(drop=True))}


def _codes_of(index: CodedTable | None, district: District, boundaries: CodedTable) -> set[str]:
    if index is None or not isinstance(index.declared, DeprivationTable):
        raise CodesDoNotMatch(
            f"{boundaries.where}: holds the areas of a whole nation, and without an index of "
            f"deprivation nothing says which are of {district.name}; name one under "
            "`deprivation`, or give the outlines of the district alone."
        )
    if "district" not in index.rows:
        raise CodesDoNotMatch(
            f"{index.where}: has no column that names the local authority of each area "
            f"({listed([*index.declared.district])}), so nothing says which areas are of "
            f"{district.name}; take the file as its publisher gives it."
        )
    names = {_folded(name) for name in (district.code, district.name, *district.also_called)}
    listed_in = index.rows["district"].map(_folded)
    found: set[str] = set(index.rows.loc[listed_in.isin(names), "code"])
    if not found:
        there = sorted({str(name) for name in index.rows["district"]})
        raise CodesDoNotMatch(
            f"{index.where}: lists no area in {district.name} ({district.code}); it has "
            f"{listed(there, 40)}. If one of these is the district, say so in its file: "
            "`also_called: [<name>]`."
        )
    return found


def _folded(name: Any) -> str:  # noqa: ANN401 (a cell)
    return " ".join(str(name).casefold().replace("&", " and ").split())
