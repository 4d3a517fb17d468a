"""Sheets that people filled in on the spot → answers → records of their own, dated and sourced.

An answer is a record like any other: it joins the asset that it speaks of, comes first where the
category says so, and is never outranked without a word. That somebody did not find a place does
not take it off the map: it makes the asset one that sources dispute, until the map is mended.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.agreement import COMMUNITY, THERE
from pipeline.cells import Cells
from pipeline.config import FieldAnswer
from pipeline.errors import TableBreaksItsContract, listed, quoted
from pipeline.text import clean_text, folded

LICENCES = ("CC0-1.0", "CC-BY-4.0", "ODbL-1.0", "OGL-UK-3.0")
_YES = frozenset({"yes", "y", "true", "ydy", "oes", "ie"})
_NO = frozenset({"no", "n", "false", "nac ydy", "nac oes", "na"})
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
LONGEST_NOTE, LONGEST_NAME = 1000, 200
Row = Mapping[Any, Any]


def read_answers(
    name: str, rows: pd.DataFrame, assets: gpd.GeoDataFrame, today: date
) -> list[FieldAnswer]:
    """Read the answers of a filled-in sheet.

    Parameters
    ----------
    name
        What the sheet is called, for messages.
    rows
        Its cells of text, indexed by row of the file: `asset_id` and the columns that
        `field_lists/*.csv` leaves empty; others are not read.
    assets
        A table of `tables.ASSETS`.
    today
        No answer can be of a later day.

    Returns
    -------
    list of FieldAnswer
        One for each row in which anything is answered.

    Raises
    ------
    TableBreaksItsContract
        If a column is missing, a row speaks of no asset, an answer is neither yes nor no, it has
        no day, or a licence that is not known; or if nothing is answered at all.
    """
    cells = Cells(name, rows)
    needed = {key: cells.texts((key,), key) for key in ("asset_id", "still_there", "seen_on")}
    further = {key: cells.texts_if_any((key,)) for key in ("name_right", "right_name", "open")}
    further |= {key: cells.texts_if_any((key,)) for key in ("note", "licence")}
    blank = np.full(len(cells), "", dtype=object)
    columns = needed | {key: blank if found is None else found for key, found in further.items()}
    known = assets.set_index("asset_id")
    places = assets.set_geometry(
        shapely.point_on_surface(np.asarray(assets.geometry.array)), crs=assets.crs
    ).to_crs("EPSG:4326")
    at = dict(zip(assets["asset_id"], places.geometry, strict=True))
    answers = []
    for place, row in enumerate(cells.row_numbers.tolist()):
        said = {key: str(found[place]) for key, found in columns.items()}
        if any(text for key, text in said.items() if key != "asset_id"):
            where = f"{name}: row {row}"
            answers.append(_answer(where, said, known, at, today))
    if not answers:
        raise TableBreaksItsContract(
            f"{name}: none of its {len(cells)} rows has an answer; write `yes` or `no` into "
            "`still_there` and the day into `seen_on`."
        )
    return answers


def _answer(
    where: str, said: Mapping[str, str], known: pd.DataFrame, at: Mapping[str, Any], today: date
) -> FieldAnswer:
    asset_id = said["asset_id"]
    if asset_id not in known.index:
        raise TableBreaksItsContract(
            f"{where}: {quoted(asset_id)} is no asset of this district; keep the column `asset_id` "
            "as the list has it, or write the list anew if the map has changed."
        )
    columns = ("name", "records", "category")
    asset = {column: str(known.loc[asset_id, column]) for column in columns}
    first = json.loads(asset["records"])[0]
    is_right = _yes_or_no(where, "name_right", said["name_right"])
    name = said["right_name"] or (asset["name"] if is_right == "yes" else "")
    return FieldAnswer(
        asset_id=asset_id,
        category=asset["category"],
        source=first["source"],
        record_id=first["id"],
        name=clean_text(name, most=LONGEST_NAME),
        still_there=_yes_or_no(where, "still_there", said["still_there"]),
        was_open=_yes_or_no(where, "open", said["open"]),
        note=clean_text(said["note"], most=LONGEST_NOTE),
        seen_on=_day(where, said["seen_on"], today),
        licence=_licence(where, said["licence"]),
        longitude=round(float(at[asset_id].x), 7),
        latitude=round(float(at[asset_id].y), 7),
    )


def _yes_or_no(where: str, column: str, text: str) -> Any:  # noqa: ANN401 (one of three words)
    word = folded(text).strip()
    if not word:
        return ""
    if word in _YES or word in _NO:
        return "yes" if word in _YES else "no"
    raise TableBreaksItsContract(
        f"{where}: {column} is {quoted(text)}; write `yes` or `no`, or leave it empty."
    )


def _day(where: str, text: str, today: date) -> date:
    for form in _DAYS:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no hour)
        except ValueError:
            continue
        if day <= today:
            return day
    raise TableBreaksItsContract(
        f"{where}: seen_on is {quoted(text)}; write the day on which somebody looked, as "
        "2026-05-31, and none that is still to come."
    )


def _licence(where: str, text: str) -> str:
    by_word = {folded(name): name for name in LICENCES}
    if folded(text) in by_word:
        return by_word[folded(text)]
    raise TableBreaksItsContract(
        f"{where}: licence is {quoted(text)}; say under which of {listed(list(LICENCES))} others "
        "may use the answer. CC0-1.0 gives it to everybody."
    )


def merged(old: Iterable[FieldAnswer], new: Iterable[FieldAnswer]) -> list[FieldAnswer]:
    """Add answers to those that there are; of one asset and day the newer stands.

    Parameters
    ----------
    old, new
        Answers.

    Returns
    -------
    list of FieldAnswer
        Sorted by asset and day.
    """
    found = {(each.asset_id, each.seen_on): each for each in (*old, *new)}
    return [found[key] for key in sorted(found)]


def as_records(
    answers: Iterable[FieldAnswer],
    records: pd.DataFrame,
    crs: Any,  # noqa: ANN401 (a system, in any of the ways to name one)
    categories: Iterable[str],
) -> tuple[pd.DataFrame, int]:
    """Lay answers out as records, each tied to the record that it was about.

    Parameters
    ----------
    answers
        In any order.
    records
        The records of all sources.
    crs
        Their system.
    categories
        Those that there are.

    Returns
    -------
    tuple of pandas.DataFrame and int
        The records and these, `source` `community`; and how many answers are about a place that no
        source has any more and that was not found either, or of a kind that is not mapped any more.
    """
    found = list(answers)
    place_of = {
        key: place
        for place, key in enumerate(zip(records["source"], records["record_id"], strict=True))
    }
    identifiers, categories_of = records["identifiers"].tolist(), records["category"].tolist()
    rows, n_lost, known = [], 0, frozenset(categories)
    for each in found:
        place = place_of.get((each.source, each.record_id))
        if each.category not in known or (place is None and each.still_there != "yes"):
            n_lost += 1
            continue
        key = f"checked:{each.source}:{each.record_id}"
        if place is not None and key not in identifiers[place]:
            identifiers[place] = (*identifiers[place], key)
        category = each.category if place is None else categories_of[place]
        rows.append(_record(each, key, category))
    if not rows:
        return records, n_lost
    points = gpd.GeoSeries(
        gpd.points_from_xy(
            [row.pop("longitude") for row in rows], [row.pop("latitude") for row in rows]
        ),
        crs="EPSG:4326",
    ).to_crs(crs)
    frame = pd.DataFrame(rows).assign(geometry=np.asarray(points.array))
    tied = records.assign(identifiers=pd.Series(identifiers, index=records.index, dtype=object))
    return pd.concat([tied, frame], ignore_index=True), n_lost


def _record(answer: FieldAnswer, key: str, category: str) -> dict[str, Any]:
    record_id = f"{answer.asset_id}/{answer.seen_on.isoformat()}"
    details = {THERE: answer.still_there, "was_open": answer.was_open}
    return {
        "source": COMMUNITY,
        "record_id": record_id,
        "order": f"2|{COMMUNITY}|{record_id}",
        "category": category,
        "also": "",
        "left_out": "",
        "name": answer.name,
        "date": answer.seen_on.isoformat(),
        "licence": answer.licence,
        "url": "",
        "identifiers": (key,),
        "locality": "",
        "kind_of_stop": "",
        "tags": {},
        "details": {name: text for name, text in details.items() if text},
        "longitude": answer.longitude,
        "latitude": answer.latitude,
    }
