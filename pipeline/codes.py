"""Codes of statistical areas, their vintages, and what a join by them must keep.

Most codes are the same in two vintages, so that a join across them seems to work and loses
areas without a word: 3.2 % of the LSOAs of 2011 are not in 2021, 5.7 % the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from pipeline.config import NationalTable, Vintage
from pipeline.errors import CodesDoNotMatch, listed

WORDS = {
    Vintage.LSOA_2021: "LSOA 2021",
    Vintage.LSOA_2011: "LSOA 2011",
    Vintage.DATA_ZONE_2011: "Data Zone 2011",
    Vintage.DATA_ZONE_2022: "Data Zone 2022",
    Vintage.SUPER_OUTPUT_AREA_2001: "Super Output Area 2001",
    Vintage.WARD: "ward",
    Vintage.OUTPUT_AREA_2021: "Output Area 2021",
    Vintage.OUTPUT_AREA_2011: "Output Area 2011",
    Vintage.GRID: "grid cell",
}
_PATTERNS = {
    Vintage.LSOA_2021: r"[EW]01\d{6}",
    Vintage.LSOA_2011: r"[EW]01\d{6}",
    Vintage.DATA_ZONE_2011: r"S01\d{6}",
    Vintage.DATA_ZONE_2022: r"S01\d{6}",
    Vintage.SUPER_OUTPUT_AREA_2001: r"95[A-Z]{2}\d{2}[A-Z]\d",
    Vintage.WARD: r"(?:[EW]05|S13|N08)\d{6}",
    Vintage.OUTPUT_AREA_2021: r"[EW]00\d{6}",
    Vintage.OUTPUT_AREA_2011: r"[EW]00\d{6}",
    Vintage.GRID: r"grid-[0-9-]+",
}
# Numbers rise and are never used again: the last of the older vintage divides the two.
_LAST_OF_2011 = {"E01": "E01033768", "W01": "W01001958", "S01": "S01013481"}
_OLDER = (Vintage.LSOA_2011, Vintage.DATA_ZONE_2011)
_ONLY_NEWER = (Vintage.DATA_ZONE_2022,)


@dataclass(frozen=True)
class CodedTable:
    """A published table as it was read: its rows, what it is declared as, and its file."""

    rows: pd.DataFrame
    declared: NationalTable
    where: str


def is_of(code: str, vintage: Vintage) -> bool:
    """Say whether a code can be of a vintage.

    Parameters
    ----------
    code
        The code.
    vintage
        The vintage.

    Returns
    -------
    bool
        Whether its form, and for older vintages its number, allow it.

    Examples
    --------
    >>> is_of("E01033769", Vintage.LSOA_2021), is_of("E01033769", Vintage.LSOA_2011)
    (True, False)
    """
    if re.fullmatch(_PATTERNS[vintage], code, re.ASCII) is None:
        return False
    last = _LAST_OF_2011.get(code[:3], code)
    if vintage in _OLDER:
        return code <= last
    return code > last if vintage in _ONLY_NEWER else True


def likely(codes: Iterable[str], ended: Vintage | None = None) -> str:
    """Say in words which vintage codes look like.

    Parameters
    ----------
    codes
        The codes.
    ended
        A vintage in whose tables they were not found; where they have its form, they are
        likely those of the vintage before it.

    Returns
    -------
    str
        Such as `LSOA 2011 codes`.

    Examples
    --------
    >>> likely(["E01000010"], ended=Vintage.LSOA_2021)
    'LSOA 2011 codes'
    """
    held = list(codes)
    fitting = [v for v in Vintage if v is not ended and all(is_of(code, v) for code in held)]
    if not fitting:
        return "no statistical codes known here"
    return f"{' or '.join(WORDS[vintage] for vintage in fitting)} codes"


def must_be_of(codes: pd.Series, vintage: Vintage, where: str) -> None:
    """Hold codes against the vintage that their table declares.

    Parameters
    ----------
    codes
        The codes, indexed by row of the file.
    vintage
        The vintage.
    where
        The file, for the message.

    Raises
    ------
    CodesDoNotMatch
        If a code cannot be of it, or stands there twice.
    """
    odd = codes[~codes.map(lambda code: is_of(code, vintage)).astype(bool)]
    if not odd.empty:
        raise CodesDoNotMatch(
            f"{where}: row {odd.index[0]}: {len(odd)} of {len(codes)} codes are not "
            f"{WORDS[vintage]} codes: {listed(odd.tolist())}; they look like {likely(odd)}. "
            "Declare the table that this file is, or give the file of that table."
        )
    doubled = codes[codes.duplicated()]
    if not doubled.empty:
        raise CodesDoNotMatch(
            f"{where}: row {doubled.index[0]}: {doubled.nunique()} codes stand there more than "
            f"once: {listed(sorted(set(doubled)))}; each area may have one row."
        )


def must_all_be_in(codes: pd.Series, table: CodedTable, known: pd.Series, vintage: Vintage) -> None:
    """Ask that every neighbourhood has a row in a table.

    Parameters
    ----------
    codes
        The neighbourhoods' codes.
    table
        The table they are looked up in, for the message.
    known
        The codes it has.
    vintage
        Which vintage those are.

    Raises
    ------
    CodesDoNotMatch
        If one has none; the message says which, and of what vintage they likely are.
    """
    lost = codes[~codes.map(set(known).__contains__).astype(bool)]
    if lost.empty:
        return
    how_many = "none" if len(lost) == len(codes) else f"{len(codes) - len(lost)}"
    raise CodesDoNotMatch(
        f"{table.where}: {how_many} of the {len(codes)} neighbourhoods are in it; "
        f"{listed(lost.tolist())} are not. They look like {likely(lost, ended=vintage)}; "
        f"{table.declared.title} uses {WORDS[vintage]} codes. Give boundaries and tables of one "
        "vintage, or for an index of deprivation the exact-fit `lookup`."
    )
