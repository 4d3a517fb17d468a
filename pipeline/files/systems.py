"""Which coordinate reference system a file of shapes is in: as it says, or as is declared.

A wrong system moves a place without any other sign, so a file that says one thing while the
district's file says another is not read.
"""

from __future__ import annotations

from pathlib import Path

import pyproj

from pipeline.errors import FileIsDamaged, FileIsNotAllowed, quoted
from pipeline.text import clean_text


def system_named(said: str | None, declared: str | None, path: Path) -> pyproj.CRS:
    """Return the system of a file.

    Parameters
    ----------
    said
        What the file says: a code, an URN or WKT; none if it says nothing.
    declared
        What the district's file declares, if it does.
    path
        The file, for messages.

    Returns
    -------
    pyproj.CRS
        The system, in two dimensions.

    Raises
    ------
    FileIsDamaged
        If the file's is not known, or nobody says any.
    FileIsNotAllowed
        If the file says another than is declared.
    """
    if said is None and declared is None:
        raise FileIsDamaged(
            f"{path}: says no coordinate reference system; save it with one, or declare it with "
            "`crs`, such as EPSG:27700."
        )
    wanted = None if declared is None else _known(declared, path)
    if said is None:
        assert wanted is not None
        return wanted
    found = _known(said, path)
    if wanted is not None and not is_same(found, wanted):
        raise FileIsNotAllowed(
            f"{path}: says that it is in {quoted(found.name)}, and `crs: {declared}` "
            f"({wanted.name}) is declared; declare the system that it is in."
        )
    return found


def must_be_as_declared(found: pyproj.CRS | None, declared: str | None, path: Path) -> pyproj.CRS:
    """Hold the system that a library found in a file against the one that is declared.

    Parameters
    ----------
    found
        What the file says, if anything.
    declared, path
        As for `system_named`.

    Returns
    -------
    pyproj.CRS
        The system, in two dimensions.

    Raises
    ------
    FileIsDamaged, FileIsNotAllowed
        As `system_named`.
    """
    is_one = found is not None and (found.is_projected or found.is_geographic)
    return system_named(found.to_wkt() if found is not None and is_one else None, declared, path)


def is_same(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    """Tell whether two systems are one, however they are written.

    Parameters
    ----------
    one, other
        Systems.

    Returns
    -------
    bool
        Whether a place has the same coordinates in both.
    """
    if one.equals(other, ignore_axis_order=True):
        return True
    codes = {crs.to_epsg(min_confidence=70) for crs in (one, other)}
    return len(codes) == 1 and None not in codes


def _known(text: str, path: Path) -> pyproj.CRS:
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        raise FileIsDamaged(
            f"{path}: the coordinate reference system {quoted(clean_text(text))} is not known; "
            "name one such as urn:ogc:def:crs:EPSG::27700, or leave `crs` out for longitude and "
            "latitude."
        ) from None
    return crs.to_2d()
