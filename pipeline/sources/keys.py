"""Keys of services: from the environment only, for one server only, and in no text that stays.

A place declares the name of an environment variable and how the key is sent. It goes to the
server that the place names and to no other, also after a redirect. Where an answer repeats it, it
is taken out before anybody reads the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit

from pipeline.config import OnTheWeb
from pipeline.errors import ChoiceIsNotAllowed

HIDDEN = "…"
# A shorter one would stand in many a text by chance.
SHORTEST = 8
_KEY = re.compile(r"[!-~](?:[ -~]{0,1998}[!-~])?")
_USUAL_PORTS = {"https": 443, "http": 80}

Origin = tuple[str, str, int | None]


@dataclass(frozen=True)
class Key:
    """A key, the server it is for, and the query parameter or header that it is sent as."""

    value: str = field(repr=False)
    server: Origin
    query: str | None = None
    header: str | None = None

    def sent_with(
        self, address: str, params: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[str, dict[str, str] | None, dict[str, str]]:
        """Return address, query and headers with the key, if it is for this server.

        Parameters
        ----------
        address
            What is about to be asked.
        params, headers
            What goes with it.

        Returns
        -------
        tuple of str, dict or None, and dict
            For another server, as they were.
        """
        query = None if params is None else dict(params)
        if server_of(address) != self.server:
            return address, query, dict(headers)
        if self.header is not None:
            return address, query, {**headers, self.header: self.value}
        assert self.query is not None
        # The address of a next page may carry the key, or what was put in its place.
        parts = urlsplit(address)
        given = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, text) for name, text in given if name != self.query]
        address = parts._replace(query=urlencode(kept)).geturl() if kept != given else address
        return address, {**(query or {}), self.query: self.value}, dict(headers)

    def kept_out_of(self, text: str) -> str:
        """Return a text without the key."""
        for form in self.forms:
            text = text.replace(form, HIDDEN)
        return text

    def kept_out_of_bytes(self, body: bytes) -> bytes:
        """Return an answer without the key."""
        for form in self.forms:
            body = body.replace(form.encode(), HIDDEN.encode())
        return body

    @property
    def forms(self) -> list[str]:
        """The ways in which it may be written, the longest first."""
        inside = json.dumps(self.value)[1:-1]
        ways = {self.value, quote(self.value, safe=""), quote(self.value), quote_plus(self.value),
                inside, inside.replace("/", "\\/")}  # fmt: skip
        return sorted(ways, key=lambda way: (-len(way), way))


def server_of(address: str) -> Origin:
    """Return the server of an address: scheme, host and port.

    Parameters
    ----------
    address
        A web address.

    Returns
    -------
    tuple of str, str, and int or None
        The port that is usual for the scheme counts as named.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "", "", None
    return parts.scheme, parts.hostname or "", port or _USUAL_PORTS.get(parts.scheme)


def key_of(place: OnTheWeb, address: str, title: str, environment: Mapping[str, str]) -> Key | None:
    """Return the key that a place is asked with.

    Parameters
    ----------
    place
        The service; `key_from` names the variable.
    address
        The address that it is asked at.
    title
        What messages call it.
    environment
        The environment variables.

    Returns
    -------
    Key or None
        None where the place declares none.

    Raises
    ------
    ChoiceIsNotAllowed
        If the variable is not set, or does not hold a key.
    """
    if place.key_from is None:
        return None
    value = environment.get(place.key_from, "").strip()
    if not value:
        raise ChoiceIsNotAllowed(
            f"{title}: its key is taken from the environment variable {place.key_from}, which is "
            f"not set; `export {place.key_from}=<your key>`, then run again. Nothing was asked."
        )
    if len(value) < SHORTEST or not _KEY.fullmatch(value):
        raise ChoiceIsNotAllowed(
            f"{title}: the environment variable {place.key_from} does not hold a key: from "
            f"{SHORTEST} to 2,000 letters, digits and signs on one line; nothing was asked."
        )
    return Key(value, server_of(address), place.key_query, place.key_header)
