"""What a scenario changes: how many more people, or fewer, have each kind of asset within reach.

A person counts as having one within reach where the walk from their home to the nearest is no
longer than so many minutes; homes off the network count in no number, as everywhere. The
difference is that of two whole counts, taken the same way before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import State, Study

Floats = npt.NDArray[np.float64]

ALL, NO_DECILE = "all", "no_decile"
NUMBERS = ("people_before", "people_after", "people_more", "share_before_pct", "share_after_pct")


def difference(
    before: tuple[gpd.GeoDataFrame, pd.DataFrame],
    after: tuple[gpd.GeoDataFrame, pd.DataFrame],
    neighbourhoods: gpd.GeoDataFrame,
    categories: Sequence[str],
    study: Study,
) -> pd.DataFrame:
    """Say how many people have each category within reach before and after.

    Parameters
    ----------
    before, after
        Homes, and what each can walk to; the same homes in both.
    neighbourhoods
        All of the district.
    categories
        Those to speak of.
    study
        Minutes, and the fewest people a rate is published of.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.SCENARIO_DIFFERENCE`: of every neighbourhood, of all, of each decile
        and, where some have none, of those without.
    """
    tables = []
    for category in categories:
        for minutes in study.walking.minutes:
            column = f"n_within_{minutes}_min"
            counts = [
                _counted(homes, access, category, column) for homes, access in (before, after)
            ]
            frame = _laid_out(counts, neighbourhoods, study.fewest_people)
            tables.append(frame.assign(category=category, minutes=minutes))
    return pd.concat(tables, ignore_index=True)


def _counted(
    homes: gpd.GeoDataFrame, access: pd.DataFrame, category: str, column: str
) -> pd.DataFrame:
    """Return, of each neighbourhood, its people with an answer and those who have one in reach."""
    rows = access[access["category"] == category].set_index("home_id")
    rows = rows.reindex(homes["home_id"])
    is_attached = (homes["state"] == State.OK).to_numpy()
    people = np.where(is_attached, homes["people"].to_numpy(float), 0.0)
    within = rows[column].to_numpy(float)
    is_known = (rows["state"] != State.NO_DATA).to_numpy()
    frame = pd.DataFrame(
        {
            "neighbourhood_id": homes["neighbourhood_id"].to_numpy(),
            "people": people,
            "within": np.where(np.nan_to_num(within) > 0, people, 0.0),
        }
    )
    sums = frame.groupby("neighbourhood_id").sum()
    return sums.assign(is_known=bool(is_known.any()))


def _laid_out(
    counts: list[pd.DataFrame], neighbourhoods: gpd.GeoDataFrame, fewest: int
) -> pd.DataFrame:
    """Put neighbourhoods, all of them and their deciles under each other."""
    codes = neighbourhoods["neighbourhood_id"]
    found = [count.reindex(codes) for count in counts]
    rows = [_numbers(found, codes.to_numpy(), fewest, "neighbourhood")]
    for what, names in _groups(neighbourhoods):
        summed = [
            count.assign(group=names)
            .groupby("group")
            .agg({"people": "sum", "within": "sum", "is_known": "any"})
            for count in (
                each.fillna({"people": 0.0, "within": 0.0, "is_known": False}) for each in found
            )
        ]
        rows.append(_numbers(summed, summed[0].index.to_numpy(), fewest, what))
    return pd.concat(rows, ignore_index=True)


def _groups(neighbourhoods: gpd.GeoDataFrame) -> Iterator[tuple[str, npt.NDArray[np.object_]]]:
    yield "district", np.full(len(neighbourhoods), ALL, dtype=object)
    deciles = neighbourhoods["deprivation_decile"]
    if deciles.notna().any():
        yield (
            "decile",
            np.array([NO_DECILE if pd.isna(d) else f"decile_{int(d)}" for d in deciles], object),
        )


def _numbers(
    counts: list[pd.DataFrame], names: npt.NDArray[np.object_], fewest: int, what: str
) -> pd.DataFrame:
    (before, before_of), (after, after_of) = (
        (count["within"].to_numpy(float), count["people"].to_numpy(float)) for count in counts
    )
    is_known = np.logical_or(*(count["is_known"].fillna(False).to_numpy(bool) for count in counts))  # noqa: FBT003
    of = np.fmax(before_of, after_of)
    more = after - before
    state = np.select(
        [~is_known | ~(of > 0), of < fewest, more == 0],
        [State.NO_DATA.value, State.SUPPRESSED.value, State.TRUE_ZERO.value],
        default=State.OK.value,
    )
    frame = pd.DataFrame(
        {
            "people_of": names,
            "what": what,
            "people_before": before,
            "people_after": after,
            "people_more": more,
            "share_before_pct": _share(before, before_of),
            "share_after_pct": _share(after, after_of),
            "state": state,
        }
    )
    is_number = np.isin(state, [State.OK.value, State.TRUE_ZERO.value])
    frame.loc[~is_number, list(NUMBERS)] = np.nan
    return frame


def _share(part: Floats, whole: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = np.clip(np.divide(part, whole) * 100, 0, 100)
    return share
