"""What each table rests on, so that it can be given on without the records of one licence.

Data under the Open Database Licence must stay under it, and some who use these tables cannot take
that on; others may not pass on what a council lent. Assets are formed anew from the records that
are left, not cut out of those that all sources made together: their shapes, names and ids are those
of the sources that stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from pipeline.errors import ChoiceIsNotAllowed, listed, quoted

OSM = "openstreetmap"
# Tables of which each record has a licence of its own; they are made anew.
MADE_ANEW = ("assets", "records", "ambiguous", "access_points", "set_aside")
# Tables that rest on few inputs; all others rest on all inputs.
_OF_THE_MAP = ("features", "streets", "network")
_OF_NEIGHBOURHOODS = ("boundaries", "people", "households", "children", "deprivation", "lookup")
NEIGHBOURHOODS = "neighbourhoods"
COPIED = (NEIGHBOURHOODS, *_OF_THE_MAP)


def the_licence(asked: str, licences: Mapping[str, str], also: Iterable[str] = ()) -> str:
    """Return the licence that is meant.

    Parameters
    ----------
    asked
        As somebody wrote it.
    licences
        Input of the district → its licence.
    also
        Licences of what people found on the spot.

    Returns
    -------
    str
        As the inputs have it.

    Raises
    ------
    ChoiceIsNotAllowed
        If no input has it.
    """
    known = sorted({*licences.values(), *also})
    found = [each for each in known if each.casefold() == asked.casefold()]
    if not found:
        raise ChoiceIsNotAllowed(
            f"licence-cut: WITHOUT is {quoted(asked)}, and no input of this district is under it; "
            f"there are {listed(known)}."
        )
    return found[0]


def resting_on(names: Iterable[str], licences: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Say under which licences the inputs of each table are.

    Parameters
    ----------
    names
        Names of tables.
    licences
        Input of the district → its licence.

    Returns
    -------
    dict
        Table → licences. A table that is not known to rest on few inputs rests on all.
    """
    every = frozenset(licences.values())
    of_the_map = frozenset(licences[key] for key in (OSM,) if key in licences)
    of_areas = frozenset(licences[key] for key in _OF_NEIGHBOURHOODS if key in licences)
    found = {}
    for name in names:
        own = of_the_map if name in _OF_THE_MAP else every
        found[name] = of_areas if name == NEIGHBOURHOODS else own
    return found


def left_out(names: Iterable[str], licences: Mapping[str, str], without: str) -> pd.DataFrame:
    """List the tables that cannot be given on without a licence, and why.

    Parameters
    ----------
    names
        Names of all tables.
    licences
        Input of the district → its licence.
    without
        The licence.

    Returns
    -------
    pandas.DataFrame
        `table`, `rests_on` (licences, separated by commas), `why`.
    """
    rows = []
    for name, found in sorted(resting_on(names, licences).items()):
        if name in MADE_ANEW or (name in COPIED and without not in found):
            continue
        why = (
            f"is made from data under {without}"
            if without in found
            else "can be made again from the tables that are here"
        )
        rows.append({"table": name, "rests_on": ",".join(sorted(found)), "why": why})
    return pd.DataFrame(rows, columns=["table", "rests_on", "why"])
