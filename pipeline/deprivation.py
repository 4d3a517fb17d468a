"""Deprivation: each nation's index, checked, and brought to the neighbourhoods.

Everywhere rank 1 and decile 1 are the most deprived. Indices of two nations or of two years are
not compared. Between LSOAs of 2011 and 2021 a rank travels only through the exact-fit lookup:
unchanged areas keep it, parts of a split area take their parent's, a merged area is ranked
anew by the mean of its parts' scores weighted by their people, and an irregular one has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.codes import WORDS, CodedTable, must_all_be_in, must_be_of
from pipeline.config import DeprivationTable, LookupTable, Nation, Vintage
from pipeline.errors import CodesDoNotMatch, TableBreaksItsContract, listed

DECILES = 10
# A published decile that is this far from its rank's, on average, runs the other way.
FURTHEST_DECILE = 2.0
FEWEST_FOR_DIRECTION = 3
_OTHER_WAY = {"split": "merged", "merged": "split"}


@dataclass(frozen=True)
class Ranked:
    """Rank and deciles of each neighbourhood, how they came there, and what to say of it.

    `rows` has `rank`, `decile`, `income_decile` (whole numbers or missing) and `join`, indexed
    by code of neighbourhood.
    """

    rows: pd.DataFrame
    index: str
    year: int
    counts: dict[str, int]
    caveats: list[str]


def rank_neighbourhoods(
    codes: pd.Series,
    vintage: Vintage,
    nation: Nation,
    index: CodedTable,
    lookup: CodedTable | None = None,
) -> Ranked:
    """Return rank and decile of each neighbourhood.

    Parameters
    ----------
    codes
        The neighbourhoods' codes, each once.
    vintage
        Their vintage.
    nation
        The district's nation; the index must be its own.
    index
        The index as published, with `code`, `rank`, `decile`, `income_rank`, `score` and
        `population`, and its declaration.
    lookup
        The exact-fit lookup with `from_code`, `to_code`, `change`; needed where the index is
        on another vintage.

    Returns
    -------
    Ranked
        One row for each code; a missing rank is no data, never 0.

    Raises
    ------
    CodesDoNotMatch
        If codes are doubled, of another vintage, or not found.
    TableBreaksItsContract
        If ranks or deciles are not what an index has, or run the other way.
    """
    table = index.declared
    if not isinstance(table, DeprivationTable) or table.nation is not nation:
        raise CodesDoNotMatch(
            f"{index.where}: {table.title} is not the index of {nation}; indices of two nations "
            "cannot be compared. Declare the district's own."
        )
    published, caveats = check_index(index.rows, table, index.where)
    rows = joined(codes, vintage, published, table, lookup, index)
    if table.vintage is not vintage:
        caveats.append(_words_of_join(rows, table, vintage))
    counts = {
        f"deprivation_{way}": int(number) for way, number in rows["join"].value_counts().items()
    }
    return Ranked(rows, table.index, table.year, counts, [c for c in caveats if c])


# --- the index as published --------------------------------------------------------------------


def check_index(
    rows: pd.DataFrame, table: DeprivationTable, where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Hold a published index against what an index must be, and derive its deciles.

    Parameters
    ----------
    rows
        `code`, `rank`, `decile`, `income_rank`, `score`, `population`, indexed by row of the
        file.
    table
        Its declaration.
    where
        The file, for messages.

    Returns
    -------
    tuple
        `code`, `rank`, `decile`, `income_decile`, `score`, `population`; and caveats.

    Raises
    ------
    CodesDoNotMatch, TableBreaksItsContract
        As for `rank_neighbourhoods`.
    """
    must_be_of(rows["code"], table.vintage, where)
    _ranks_must_be_whole(rows, table, where)
    expected = tenths(rows["rank"], table.areas)
    has_deciles = rows["decile"].notna().any()
    if has_deciles:
        _deciles_must_be_deciles(rows, expected, where)
    _must_run_the_right_way(rows, where)
    income = rows["income_rank"]
    ranks_must_lie_between(income.dropna(), table.areas, where, "income rank")
    checked = pd.DataFrame(
        {
            "code": rows["code"],
            "rank": rows["rank"],
            "decile": rows["decile"].where(rows["decile"].notna(), expected),
            "income_decile": tenths(income, table.areas),
            "score": rows["score"],
            "population": rows["population"],
        }
    )
    return checked, _caveats(rows, expected, table)


def tenths(rank: pd.Series, areas: int) -> pd.Series:
    """Return deciles: ⌈10 × rank ÷ areas⌉, in whole numbers so that no rounding moves a border.

    Parameters
    ----------
    rank
        1 is the most deprived; may be missing.
    areas
        How many the nation has.

    Returns
    -------
    pandas.Series
        1 to 10, missing where the rank is.
    """
    decile: pd.Series = np.ceil(DECILES * rank / areas).clip(1, DECILES)
    return decile


def _ranks_must_be_whole(rows: pd.DataFrame, table: DeprivationTable, where: str) -> None:
    rank = rows["rank"]
    _must_lie_between(rank, 1, table.areas, where, "rank")
    broken = rank[rank != rank.round()]
    doubled = rank[rank.duplicated()]
    if not broken.empty or not doubled.empty:
        odd = broken if not broken.empty else doubled
        raise TableBreaksItsContract(
            f"{where}: row {odd.index[0]}: the rank {odd.iloc[0]:g} "
            f"{'is not whole' if not broken.empty else 'is given to two areas'}; ranks are the "
            f"whole numbers from 1 to {table.areas:,}, each once. Is it the column of ranks?"
        )


def ranks_must_lie_between(ranks: pd.Series, areas: int, where: str, word: str) -> None:
    """Hold ranks against how many areas a nation has.

    Parameters
    ----------
    ranks
        None missing, indexed by row of the file.
    areas
        How many the nation has.
    where, word
        The file, and what the ranks are of, for the message.

    Raises
    ------
    TableBreaksItsContract
        If one is below 1 or above the number of areas.
    """
    _must_lie_between(ranks, 1, areas, where, word)


def _must_lie_between(values: pd.Series, least: float, most: float, where: str, word: str) -> None:
    odd = values[(values < least) | (values > most)]
    if not odd.empty:
        raise TableBreaksItsContract(
            f"{where}: row {odd.index[0]}: the {word} is {odd.iloc[0]:g}; it must be from "
            f"{least:g} to {most:g}. Is it the right table and column?"
        )


def _deciles_must_be_deciles(rows: pd.DataFrame, expected: pd.Series, where: str) -> None:
    decile = rows["decile"].dropna()
    _must_lie_between(decile, 1, DECILES, where, "decile")
    if (decile != decile.round()).any():
        row = decile.index[decile != decile.round()][0]
        raise TableBreaksItsContract(
            f"{where}: row {row}: the decile {decile[row]:g} is not whole."
        )
    apart = float((decile - expected).abs().mean())
    if apart > FURTHEST_DECILE:
        raise TableBreaksItsContract(
            f"{where}: deciles are {apart:.1f} away from what the ranks give, on average; decile 1 "
            "and rank 1 must both be the most deprived. One of the two columns runs the other way."
        )


def _must_run_the_right_way(rows: pd.DataFrame, where: str) -> None:
    """Stop where scores rise with ranks; the highest score is the most deprived."""
    known = rows["score"].notna()
    scores = rows.loc[known, "score"]
    if known.sum() < FEWEST_FOR_DIRECTION or scores.min() == scores.max():
        return
    if np.corrcoef(rows.loc[known, "rank"], scores)[0, 1] > 0:
        raise TableBreaksItsContract(
            f"{where}: scores rise with ranks; rank 1 must be the most deprived and have the "
            "highest score. The ranks run the other way: take those where 1 is most deprived."
        )


def _caveats(rows: pd.DataFrame, expected: pd.Series, table: DeprivationTable) -> list[str]:
    caveats = []
    if len(rows) < table.areas:
        caveats.append(
            f"The file of {table.index} holds {len(rows):,} of its {table.areas:,} areas."
        )
    differing = int((rows["decile"].notna() & (rows["decile"] != expected)).sum())
    if differing:
        caveats.append(
            f"{differing:,} of {len(rows):,} published deciles of {table.index} differ from ten "
            "equal groups of areas by rank; the published ones are used."
        )
    if rows["income_rank"].isna().all():
        caveats.append(f"The file of {table.index} holds no ranks of the income domain.")
    return caveats


# --- from the index to the neighbourhoods ------------------------------------------------------


def joined(
    codes: pd.Series,
    vintage: Vintage,
    published: pd.DataFrame,
    table: DeprivationTable,
    lookup: CodedTable | None,
    index: CodedTable,
) -> pd.DataFrame:
    """Bring ranks to the neighbourhoods: by the code itself, or through the exact-fit lookup.

    Parameters
    ----------
    codes
        The neighbourhoods' codes, each once.
    vintage
        Their vintage.
    published
        What `check_index` returns.
    table
        The declaration of the index.
    lookup
        Needed where the index is on another vintage.
    index
        The index as read, for messages.

    Returns
    -------
    pandas.DataFrame
        `rank`, `decile`, `income_decile` and `join`, in the order of the codes.

    Raises
    ------
    CodesDoNotMatch
        If codes are of another vintage, or not found.
    """
    if table.vintage is vintage:
        must_all_be_in(codes, index, published["code"], vintage)
        return _by_same_code(codes, published)
    pairs = _pairs(codes, vintage, table, lookup, index)
    return _through_lookup(codes, pairs, published, table.areas)


def _by_same_code(codes: pd.Series, published: pd.DataFrame) -> pd.DataFrame:
    found = published.set_index("code").loc[codes.tolist(), ["rank", "decile", "income_decile"]]
    return _typed(found.assign(join="same_code"))


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    whole = dict.fromkeys(("rank", "decile", "income_decile"), "Int64")
    return rows.astype(whole)


def _pairs(
    codes: pd.Series,
    vintage: Vintage,
    table: DeprivationTable,
    lookup: CodedTable | None,
    index: CodedTable,
) -> pd.DataFrame:
    """Return which areas of the index each neighbourhood comes from, and how it changed."""
    declared = lookup.declared if lookup is not None else None
    if lookup is None or not isinstance(declared, LookupTable):
        raise CodesDoNotMatch(
            f"{index.where}: the neighbourhoods are {WORDS[vintage]} and {table.title} uses "
            f"{WORDS[table.vintage]} codes; most are the same in both, so a plain join would lose "
            "the others unseen. Declare the exact-fit `lookup`."
        )
    ways = {declared.from_vintage, declared.to_vintage}
    if ways != {vintage, table.vintage}:
        raise CodesDoNotMatch(
            f"{lookup.where}: leads from {WORDS[declared.from_vintage]} to "
            f"{WORDS[declared.to_vintage]}; needed is one between {WORDS[table.vintage]} and "
            f"{WORDS[vintage]}."
        )
    rows = lookup.rows
    forward = declared.to_vintage is vintage
    near, far = ("to_code", "from_code") if forward else ("from_code", "to_code")
    change = rows["change"] if forward else rows["change"].replace(_OTHER_WAY)
    pairs = pd.DataFrame({"near": rows[near], "far": rows[far], "change": change})
    must_all_be_in(codes, lookup, pairs["near"], vintage)
    return pairs[pairs["near"].isin(codes)]


def _through_lookup(
    codes: pd.Series, pairs: pd.DataFrame, published: pd.DataFrame, areas: int
) -> pd.DataFrame:
    by_code = published.set_index("code")
    rows = {near: _one(str(near), group, by_code, areas) for near, group in pairs.groupby("near")}
    return _typed(pd.DataFrame([rows[code] for code in codes], index=codes.tolist()))


def _one(near: str, group: pd.DataFrame, by_code: pd.DataFrame, areas: int) -> dict[str, Any]:
    change = group["change"].iloc[0]
    if change == "irregular" or (group["change"] != change).any():
        return _nothing("irregular")
    lost = sorted(set(group["far"]) - set(by_code.index))
    if lost:
        raise CodesDoNotMatch(
            f"{near}: the lookup says that it was {listed(lost)}, which the index of deprivation "
            "does not have. Give the whole index, and the lookup between its vintage and that of "
            "the boundaries."
        )
    parents = by_code.loc[group["far"].tolist()]
    if change == "merged":
        return _merged(parents, by_code, areas)
    if len(parents) != 1:
        raise CodesDoNotMatch(
            f"{near}: the lookup says {change} and gives {len(parents)} areas, "
            f"{listed(group['far'].tolist())}; it should give one. Is it the exact-fit lookup?"
        )
    parent = parents.iloc[0]
    kept = {name: parent[name] for name in ("rank", "decile", "income_decile")}
    return {**kept, "join": change}


def _nothing(join: str) -> dict[str, Any]:
    return {"rank": np.nan, "decile": np.nan, "income_decile": np.nan, "join": join}


def _merged(parents: pd.DataFrame, by_code: pd.DataFrame, areas: int) -> dict[str, Any]:
    """Rank a merged area by the mean score of its parts, weighted by their people.

    Ranks and deciles are never averaged. Its rank is the place its score would take in the
    national list; where scores, people or the whole list are missing there is none.
    """
    known = parents[["score", "population"]].notna().all(axis=None)
    is_whole = len(by_code) == areas and by_code["score"].notna().all()
    if not known or not is_whole or parents["population"].sum() == 0:
        return _nothing("merged")
    score = float(np.average(parents["score"], weights=parents["population"]))
    rank = min(int((by_code["score"] > score).sum()) + 1, areas)
    decile = float(np.ceil(DECILES * rank / areas))
    return {"rank": float(rank), "decile": decile, "income_decile": np.nan, "join": "merged"}


def _words_of_join(joined: pd.DataFrame, table: DeprivationTable, vintage: Vintage) -> str:
    ways = joined["join"].value_counts()
    without = int(joined["rank"].isna().sum())
    shown = ", ".join(f"{number} {way}" for way, number in sorted(ways.items()))
    return (
        f"{table.index} is on {WORDS[table.vintage]} areas and was brought to {WORDS[vintage]} "
        f"through the exact-fit lookup: {shown}; {without} have no rank."
    )
