"""The directory as Open Referral UK: places with a name, each as a service at its location.

The names of fields are those of the Human Services Data Specification 3.0 in its United Kingdom
profile (https://docs.openreferral.org, https://openreferraluk.org), as one page of a list of
services. Every id is a UUID of version 5 made from the asset's own name, so that it stays the same
from run to run. What no source says is left out, but for the organisation, without which there is
no service: it is then one of that says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pipeline.opening_hours import Times
from pipeline.pages.listing import Listed, listed, look_of, spoken_hours, told
from pipeline.pages.material import Material
from pipeline.text import clean_text

# Every id follows from this one.
SPACE = uuid5(NAMESPACE_URL, "half-full:directory")
LEFT_OUT = ("streets", "transport", "unused_land")
BY_DAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WAYS = "Five ways to well-being (New Economics Foundation, 2008)"
KINDS = "Half Full categories"


def directory_json(material: Material) -> bytes:
    """Return the places with a name as Open Referral UK: `directory.json`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        One page of services, UTF-8, with what it is and whose the data is beside it.
    """
    services = [
        service(material, each)
        for each in listed(material)
        if each.name and material.looks[each.category].kind not in LEFT_OUT
    ]
    page = {
        "total_items": len(services),
        "total_pages": 1,
        "page_number": 1,
        "size": len(services),
        "first_page": True,
        "last_page": True,
        "empty": not services,
        "about": about(material),
        "contents": services,
    }
    return (json.dumps(page, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


def about(material: Material) -> dict[str, Any]:
    """Say what the file is, of when and whose: it travels without its page."""
    inputs = material.manifest.values()
    found = {
        "title": material.words("directory.title", district=clean_text(material.district.name)),
        "note": material.words("directory.files_json_note"),
        "date": str(material.district.openstreetmap.day),
        "attribution": sorted(
            {clean_text(each.get("attribution") or "") for each in inputs} - {""}
        ),
        "licence": sorted({clean_text(each.get("licence") or "") for each in inputs} - {""}),
    }
    notice = clean_text(material.district.notice or "", most=600)
    return {**found, "notice": notice} if notice else found


def service(material: Material, each: Listed) -> dict[str, Any]:
    """Return one place as a service at its location.

    Parameters
    ----------
    material
        The district.
    each
        The place; it has a name.

    Returns
    -------
    dict
        A `service` of the specification.
    """
    words, (_, name) = material.words, look_of(material, each.category)
    told_so = [words("directory.kind_of", kind=clean_text(name.one).capitalize())]
    if note := each.details.get("description", ""):
        told_so.append(note)
    told_so.append(words("directory.source_of", sources="; ".join(each.sources)))
    found: dict[str, Any] = {
        "id": _id(each, "service"),
        "name": each.name,
        "description": " ".join(told_so),
        "status": "active",
        "organization": _organization(material, each),
        "service_at_locations": [
            {"id": _id(each, "service_at_location"), "location": _location(material, each)}
        ],
        "attributes": list(_attributes(material, each)),
    }
    if address := each.details.get("website", ""):
        found["url"] = address
    if schedules := list(_schedules(material, each)):
        found["schedules"] = schedules
    if each.details.get("fee") == "no":
        option = {"id": _id(each, "cost_option"), "option": told(words, each, "fee"), "amount": 0}
        found["cost_options"] = [option]
    return found


def _id(each: Listed, what: str) -> str:
    return str(uuid5(SPACE, f"{what}:{each.asset_id}"))


def _organization(material: Material, each: Listed) -> dict[str, str]:
    """Return who runs it; without a word of that, one for all of which nobody says it."""
    words, operator = material.words, each.details.get("operator", "")
    text = operator or words("directory.not_stated")
    note = operator or words("directory.not_stated_note")
    return {
        "id": str(uuid5(SPACE, f"organization:{operator.casefold()}")),
        "name": text,
        "description": note,
    }


def _location(material: Material, each: Listed) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": _id(each, "location"),
        "location_type": "physical",
        "name": each.name,
        "latitude": round(each.latitude, 5),
        "longitude": round(each.longitude, 5),
        "external_identifier": each.asset_id,
        "external_identifier_type": "Half Full asset_id",
    }
    if text := told(material.words, each, "wheelchair"):
        found["accessibility"] = [{"id": _id(each, "accessibility"), "description": text}]
    return found


def _schedules(material: Material, each: Listed) -> Iterator[dict[str, Any]]:
    """Yield one schedule for each run of days and each of its times; local time, week by week."""
    if each.hours is None:
        text = each.details.get("opening_hours", "")
        if text:
            yield {"id": _id(each, "schedule"), "description": text}
        return
    whole = spoken_hours(material.words, each.hours)
    by_times: dict[Times, list[str]] = {}
    for first, last, times in each.hours.runs:
        by_times.setdefault(times, []).extend(BY_DAY[first : last + 1])
    for times, days in by_times.items():
        for begins, ends in times:
            yield {
                "id": _id(each, f"schedule:{','.join(days)}:{begins}"),
                "freq": "WEEKLY",
                "interval": 1,
                "byday": ",".join(days),
                "opens_at": begins,
                "closes_at": ends,
                "description": whole,
            }


def _attributes(material: Material, each: Listed) -> Iterator[dict[str, Any]]:
    """Yield what kind of place it is, and which of the five ways it serves."""
    look, name = look_of(material, each.category)
    terms = [(KINDS, each.category, clean_text(name.label))]
    terms += [(WAYS, way.value, material.words(f"ways.{way}")) for way in look.five_ways]
    for taxonomy, key, text in terms:
        yield {
            "id": _id(each, f"attribute:{taxonomy}:{key}"),
            "link_type": "service",
            "taxonomy_term": {
                "id": str(uuid5(SPACE, f"term:{taxonomy}:{key}")),
                "taxonomy": taxonomy,
                "name": text,
                "term": text,
            },
        }
