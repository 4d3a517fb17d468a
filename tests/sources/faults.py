"""What can go wrong with one answer of a server of features, by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.servers import faulty
from tests.servers.faulty import Fault

SENT = {
    "500": faulty.status(500), "503": faulty.status(503), "504": faulty.status(504),
    "429": faulty.status(429), "429, wait": faulty.status(429, "0"), "reset": faulty.reset,
    "hang": faulty.hang, "drip": faulty.drip, "cut": faulty.cut(),
    "cut at the end": faulty.cut(0.99),
    "chunks cut": faulty.cut_chunks, "packing cut": faulty.cut_packed, "page": faulty.web_page,
    "page as data": faulty.disguised_page, "empty": faulty.instead(b""),
    "error with 200": faulty.instead(b'{"error": {"code": 500, "message": "\x1b[2J"}}'),
    "description with 200": faulty.instead(b'{"code": "NoMatch", "description": "failed"}'),
    "cut, unannounced": faulty.cut_unannounced(),
    "nothing in braces": faulty.instead(b"{}"), "a list": faulty.instead(b"[]"),
}  # fmt: skip
STAYS = {
    "429, wait an hour": faulty.status(429, "3600"), "404": faulty.status(404),
    "to a private address": faulty.redirect("http://10.0.0.7/"), "to itself": faulty.redirect("?"),
}  # fmt: skip


def in_json(change: Callable[[dict[str, Any]], Any]) -> Fault:
    """Change an answer."""

    def changed(body: bytes) -> bytes:
        content = json.loads(body)
        change(content)
        return json.dumps(content).encode()

    return faulty.altered(changed)


def in_features(change: Callable[[list[Any]], Any]) -> Fault:
    """Change the rows of an answer, and leave answers without any alone."""
    return in_json(lambda content: change(content["features"]) if content.get("features") else None)


def _shorter(content: dict[str, Any]) -> None:
    """Lose a row and announce no more, as a server does that knows no better."""
    if content.get("features"):
        content["features"].pop()
        content["numberReturned"] = len(content["features"])


def _counts(by: int) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        if "numberMatched" in content:
            content["numberMatched"] += by

    return change


def _first_again(rows: list[Any]) -> None:
    rows[-1] = rows[0]


WRONG = {
    "short page": in_features(lambda rows: rows.pop()),
    "no row": in_features(lambda rows: rows.clear()),
    "short page that says so": in_json(_shorter), "more than there are": in_json(_counts(1)),
    "fewer than there are": in_json(_counts(-1)),
    "row twice": in_features(_first_again),
    "page twice": in_features(lambda rows: rows.extend(rows[:])),
    "no ids": in_features(lambda rows: rows[0].update(id=None)),
    "no properties": in_features(lambda rows: rows[0].update(properties=[1])),
    "no feature": in_features(lambda rows: rows.insert(0, 7)),
    "geometry of text": in_features(lambda rows: rows[0].update(geometry="POINT (1 2)")),
    "geometry half": in_features(lambda rows: rows[0]["geometry"].update(coordinates=[1])),
    "infinite": in_features(lambda rows: rows[0]["geometry"].update(coordinates=[1e300 * 1e10, 1])),
    "turned": in_features(lambda rows: [r["geometry"]["coordinates"].reverse() for r in rows]),
    "far away": in_features(lambda rows: rows[0]["geometry"].update(coordinates=[0.5, 52.0])),
}  # fmt: skip
FAULTS = SENT | STAYS | WRONG
# Those that one more question, or one more beginning, gets over wherever they strike.
PASSES = (
    *(name for name in SENT if name != "drip"),
    "short page", "more than there are", "row twice", "page twice",
)  # fmt: skip


def one_each(requests: int, first: int) -> list[Fault | None]:
    """Return faults for as many requests, each another, and a whole answer after each.

    Parameters
    ----------
    requests
        How many.
    first
        The number of the fault that strikes first, so that later fetches meet the others.

    Returns
    -------
    list
        For `Server.faults`.
    """
    passing = [fault for name, fault in SENT.items() if name not in {"drip", "hang"}]
    return [
        fault
        for number in range(first, first + requests)
        for fault in (passing[number % len(passing)], None)
    ]
