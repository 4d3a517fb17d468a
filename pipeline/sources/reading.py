"""Read an answer into what it means, and ask again while it does not mean what it should."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar, cast

from pipeline.errors import SourceFailed, quoted
from pipeline.sources.addresses import shown
from pipeline.sources.forms import Form
from pipeline.sources.http import LARGEST_ANSWER, Client

Meaning = TypeVar("Meaning")
_MAY_BE_TOO_GREAT = re.compile(r"[eE]\+?[0-9]{3}|[0-9]{309}")


class OddAnswer(Exception):
    """An answer is not what it should be, in words that follow “it”; it may be when asked again."""


class HasChanged(SourceFailed):
    """Answers of one service do not fit together, as when its data change between two pages."""


def read_as(
    client: Client,
    address: str,
    form: Form,
    meaning: Callable[[bytes], Meaning],
    params: Mapping[str, str] | None = None,
    largest: int = LARGEST_ANSWER,
    sent: Mapping[str, str] | None = None,
) -> Meaning:
    """Ask until an answer has a meaning.

    Parameters
    ----------
    client
        Whom.
    address
        Where.
    form
        What the answer must be.
    meaning
        Reads an answer; raises `OddAnswer` for a fault that may pass, and `SourceFailed` for one
        that will not.
    params
        The query.
    largest
        The largest answer, in bytes.
    sent
        A form to post.

    Returns
    -------
    Meaning
        Of the first answer that has one.

    Raises
    ------
    SourceFailed
        If none has.
    """

    def look(body: bytes) -> tuple[Meaning | None, str | None]:
        try:
            return meaning(body), None
        except OddAnswer as fault:
            return None, f"it {fault}"

    _, found = looked_at(client, address, form, look, params=params, sent=sent, largest=largest)
    return cast("Meaning", found)  # what was taken has one


def looked_at(
    client: Client,
    address: str,
    form: Form,
    look: Callable[[bytes], tuple[Meaning, str | None]],
    *,
    params: Mapping[str, str] | None = None,
    sent: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    largest: int = LARGEST_ANSWER,
) -> tuple[bytes, Meaning]:
    """Ask until nothing is wrong with an answer, and look through each answer once.

    Parameters
    ----------
    client
        Whom.
    address
        Where.
    form
        What the answer must be.
    look
        Returns what an answer means, and what is wrong with it that may pass, if anything.
    params, sent, headers, largest
        As for `Client.read`.

    Returns
    -------
    tuple of bytes and Meaning
        The answer that was taken, and what it means.

    Raises
    ------
    SourceFailed
        If something is wrong with every answer.
    """
    found: list[Meaning] = []

    def check(body: bytes) -> str | None:
        meaning, fault = look(body)
        found[:] = [meaning]
        return fault

    body = client.read(
        address, form, params=params, sent=sent, headers=headers, check=check, largest=largest
    )
    return body, found[0]


def tried_anew(once: Callable[[], Meaning]) -> Meaning:
    """Do something, and once more from its beginning if the data changed meanwhile.

    Parameters
    ----------
    once
        Raises `HasChanged` where that is so.

    Returns
    -------
    Meaning
        What it returns.

    Raises
    ------
    SourceFailed
        If the data changed both times, or anything else failed.
    """
    with suppress(HasChanged):
        return once()
    try:
        return once()
    except HasChanged as fault:
        raise SourceFailed(
            f"{fault} It was fetched twice from the beginning; nothing of it is kept. Try again "
            "later."
        ) from None


def as_json(body: bytes) -> Any:  # noqa: ANN401 (JSON is any plain value)
    """Return JSON as plain values.

    Parameters
    ----------
    body
        A whole answer.

    Returns
    -------
    object
        Dictionaries, lists, text, numbers, truth values, none.

    Raises
    ------
    OddAnswer
        If it is cut short, or is no JSON of finite numbers.
    """
    try:
        text = body.decode("utf-8-sig")
        # Only these can be too great for a number, and a look at each would take its time.
        look = _finite if _MAY_BE_TOO_GREAT.search(text) else None
        return json.loads(text, parse_constant=_finite, parse_float=look)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise OddAnswer(
            f"is cut short or is not JSON; it ends in {quoted(body[-20:].decode('latin-1'))}"
        ) from None
    except ValueError:  # of Python, for whole numbers of thousands of digits
        raise OddAnswer("holds a number of thousands of digits") from None


def _finite(word: str) -> float:
    if not math.isfinite(number := float(word)):
        raise OddAnswer(f"holds {quoted(word[:20])}, which is not a number")
    return number


def as_object(body: bytes) -> dict[str, Any] | str:
    """Return an object of JSON, or say what is wrong with it.

    Parameters
    ----------
    body
        A whole answer.

    Returns
    -------
    dict or str
        The object; or a clause on what the answer is instead.
    """
    try:
        content = as_json(body)
    except OddAnswer as fault:
        return f"the answer {fault}"
    return content if isinstance(content, dict) else "the answer is JSON but not an object"


def as_rows(body: bytes) -> tuple[list[str], list[list[str]]]:
    """Return CSV as the names of its columns and its rows, cell by cell as text.

    Parameters
    ----------
    body
        A whole answer, in UTF-8.

    Returns
    -------
    tuple of list of str and list of list of str
        Every row has as many cells as there are columns; rows without any cell are left out.

    Raises
    ------
    OddAnswer
        If it is cut short, or a row has more or fewer cells.
    """
    rows = iter_rows(body)
    return next(rows), list(rows)


def iter_rows(body: bytes) -> Iterator[list[str]]:
    """Yield the rows of CSV, the names of its columns first.

    Parameters
    ----------
    body
        A whole answer, in UTF-8.

    Yields
    ------
    list of str
        As `as_rows` gives them.

    Raises
    ------
    OddAnswer
        If it is cut short, or a row has more or fewer cells.
    """
    text = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline="")
    width: int | None = None
    try:
        for number, row in enumerate(csv.reader(text, strict=True), start=1):
            if row and width is not None and len(row) != width:
                raise OddAnswer(
                    f"has {len(row)} cells in row {number:,} and {width} in its first row"
                )
            width = len(row) if width is None else width
            if row or number == 1:
                yield row
    except UnicodeDecodeError:
        raise OddAnswer("is not UTF-8") from None
    except csv.Error:
        raise OddAnswer("is cut short or is not CSV") from None
    if width is None:
        raise OddAnswer("is empty")


def as_csv(columns: list[str], rows: list[list[str]]) -> bytes:
    """Return rows as CSV in UTF-8, with line feeds.

    Parameters
    ----------
    columns
        Their names.
    rows
        Cells as text.

    Returns
    -------
    bytes
        The whole file.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def must_be_unchanged(first: int, now: int, client: Client, address: str) -> None:
    """Stop where a service says in the middle of an answer that it has more or fewer rows.

    Parameters
    ----------
    first
        How many it said at first.
    now
        How many it says now.
    client
        Whom.
    address
        Where.

    Raises
    ------
    HasChanged
        If these differ.
    """
    if now != first:
        raise HasChanged(
            f"{client.service.name}: {shown(address)}: said that it holds {first:,} rows, and "
            f"{now:,} while they were read; nothing of it is kept. Try again later."
        )
