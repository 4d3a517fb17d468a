"""The directory: every place in use once, its walks, and the same as files for others."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline.opening_hours import read_opening_hours
from pipeline.pages import (
    Material,
    directory_csv,
    directory_json,
    directory_page,
    walks_csv,
    without_deprivation,
)
from pipeline.pages.directory import NO_MINUTES, as_told, coded_walks, entries
from pipeline.pages.gate import faults_of_page
from pipeline.pages.listing import listed, spoken_hours
from pipeline.pages.wording import Words
from tests.pages.town import IDS, town, wordings

SCHEMA = json.loads((Path(__file__).parent / "open_referral_uk.json").read_text())


@pytest.fixture(scope="module")
def material() -> Material:
    return town()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def decoded(text: str) -> dict[int, int]:
    """Read minutes by entry as the script of the page does."""
    found, at = {}, 0
    for skipped, letter in re.findall(r"(\d+)|([A-~])", text):
        if skipped:
            at += int(skipped)
        else:
            found[at], at = ord(letter) - NO_MINUTES, at + 1
    return found


def test_every_place_in_use_is_in_one_entry_and_those_without_a_name_are_gathered(
    material: Material,
) -> None:
    found = entries(material)
    members = [each.asset_id for entry in found for each in entry.members]
    in_use = material.assets.loc[material.assets["status"] == "actual", "asset_id"]
    assert sorted(members) == sorted(in_use)
    nameless = [entry for entry in found if entry.is_nameless]
    assert len({(e.first.category, e.first.area) for e in nameless}) == len(nameless)
    assert all(len(entry.members) == 1 for entry in found if not entry.is_nameless)


def test_the_minutes_of_the_page_are_those_of_the_table(material: Material) -> None:
    found = entries(material)
    walks = material.walks.set_index(["place_id", "asset_id"])["walk_min"].to_dict()
    for place, text in zip(material.starts["place_id"], coded_walks(material, found), strict=True):
        expected = {}
        for n, entry in enumerate(found):
            ways = [walks.get((place, each.asset_id)) for each in entry.members]
            near = [minutes for minutes in ways if minutes is not None]
            if near:
                expected[n] = as_told(min(near))
        assert decoded(text) == expected


@pytest.mark.parametrize(("minutes", "told"), [(0, 1), (0.4, 1), (1.5, 2), (2.499, 2), (30, 30)])
def test_minutes_are_whole_and_at_least_one(minutes: float, told: int) -> None:
    assert as_told(minutes) == told


def test_a_place_where_no_walk_starts_says_why(material: Material) -> None:
    page = directory_page(material)
    assert "Littleton 004A (too few residents)</option>" in page
    assert re.search(r"<option[^>]* disabled[^>]*>Littleton 006A \(no map data or no homes\)", page)


def test_it_may_be_published_in_both_editions_whatever_the_names() -> None:
    for each in (town(), town(is_hostile=True)):
        for edition in (each, without_deprivation(each)):
            page = directory_page(edition)
            assert list(faults_of_page(page)) == []
            assert "depriv" not in page.casefold()


def test_categories_too_many_for_a_page_are_named_and_stay_in_the_sheet(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.pages.directory.MOST_PLACES", 36)
    few = replace(material)
    assert len({entry.first.category for entry in entries(few)}) < 7
    assert "places are too many for this page; they are in directory.csv" in directory_page(few)
    assert len(rows_of(directory_csv(few))) == len(listed(few))


def test_the_sheets_hold_every_place_and_every_walk(material: Material) -> None:
    rows = rows_of(directory_csv(material))
    in_use = material.assets[material.assets["status"] == "actual"]
    assert {row["asset_id"] for row in rows} == set(in_use["asset_id"])
    first = next(row for row in rows if row["opening_hours"])
    assert first["opening_hours_in_words"] == "Monday to Friday 09:00–17:00"
    walks = rows_of(walks_csv(material))
    assert len(walks) == len(material.walks)
    mine = [float(row["walk_min"]) for row in walks if row["place_id"] == IDS[0]]
    assert mine == sorted(mine)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mo-Fr 09:00-17:30; Sa 09:00-12:30; Su off",
         "Monday to Friday 09:00–17:30; Saturday 09:00–12:30; Sunday closed"),
        ("24/7", "always open"),
        ("We 13:00-18:00,19:00-21:00; PH off",
         "Wednesday 13:00–18:00, 19:00–21:00; public holidays closed"),
    ],
)  # fmt: skip
def test_opening_hours_are_told_in_words(text: str, words: str) -> None:
    week = read_opening_hours(text)
    assert week is not None
    assert spoken_hours(Words(wordings()), week) == words


def test_it_is_open_referral_uk(material: Material) -> None:
    page: dict[str, Any] = json.loads(directory_json(material))
    jsonschema.validate(page, SCHEMA)
    services = page["contents"]
    assert page["total_items"] == len(services) > 0
    names = {each.asset_id: each.name for each in listed(material)}
    for service in services:
        location = service["service_at_locations"][0]["location"]
        assert service["name"] == names[location["external_identifier"]] != ""
        assert 54 < location["latitude"] < 55
        assert -2 < location["longitude"] < 0
    ids = [service["id"] for service in services]
    assert len(set(ids)) == len(ids)
    again = json.loads(directory_json(town()))
    assert [service["id"] for service in again["contents"]] == ids
    hours = next(service["schedules"] for service in services if "schedules" in service)
    assert hours[0] | {"id": ""} == {
        "id": "", "freq": "WEEKLY", "interval": 1, "byday": "MO,TU,WE,TH,FR",
        "opens_at": "09:00", "closes_at": "17:00", "description": "Monday to Friday 09:00–17:00",
    }  # fmt: skip


def test_hostile_names_stay_text_in_open_referral_uk() -> None:
    page = json.loads(directory_json(town(is_hostile=True)))
    jsonschema.validate(page, SCHEMA)


def test_a_district_without_places_in_use_or_walks_says_so(material: Material) -> None:
    bare = replace(
        material,
        assets=material.assets[material.assets["status"] == "potential"],
        walks=material.walks.iloc[:0],
        starts=material.starts.assign(state="no_data"),
    )
    page = directory_page(bare)
    assert list(faults_of_page(page)) == []
    assert '<p id="nothing" class="notice">No such place is on the map</p>' in page
    assert rows_of(directory_csv(bare)) == rows_of(walks_csv(bare)) == []
    assert json.loads(directory_json(bare))["empty"] is True
