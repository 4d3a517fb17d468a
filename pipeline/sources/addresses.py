"""Which addresses on the web may be asked, and how they stand in messages."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

from pipeline.errors import SourceFailed, quoted

SECURE = "https"
PLAIN = "http"
# Networks of the sixth version whose addresses hold one of the fourth.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def shown(address: str) -> str:
    """Return an address as messages and notes may show it: without user, query or fragment.

    What is left out can hold a key.

    Parameters
    ----------
    address
        A web address.

    Returns
    -------
    str
        Host and path.

    Examples
    --------
    >>> shown("https://me:pass@api.example.org:8443/v1/rows?key=secret#top")
    'api.example.org:8443/v1/rows'
    """
    try:
        parts = urlsplit(address)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return "an address that cannot be read"
    return quoted(f"{parts.hostname or ''}{port}{parts.path}")[1:-1]


def must_be_allowed(address: str, hosts: Collection[str], *, is_local: bool) -> str:
    """Refuse an address that a source was not declared to be asked at.

    Parameters
    ----------
    address
        What is about to be asked.
    hosts
        The names of hosts that the source declares.
    is_local
        Whether it is declared to be on this machine or in its own network, where there may be no
        encryption.

    Returns
    -------
    str
        The name of the host.

    Raises
    ------
    SourceFailed
        If it is not encrypted, names a user, or is on another host.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise SourceFailed(f"{quoted(address)} is not a web address.") from None
    allowed = (SECURE, PLAIN) if is_local else (SECURE,)
    if parts.scheme not in allowed:
        raise SourceFailed(
            f"{shown(address)}: begins with {quoted(parts.scheme)}; allowed is "
            f"{' or '.join(allowed)}."
        )
    if parts.username is not None or parts.password is not None:
        raise SourceFailed(
            f"{shown(address)}: holds a user or a password; give secrets in the environment."
        )
    if host not in hosts:
        raise SourceFailed(
            f"{shown(address)}: the host {quoted(host)} is not one that this source declares "
            f"({', '.join(sorted(hosts))}); nothing was asked of it."
        )
    return host


def must_be_public(peer: str, host: str) -> None:
    """Refuse to talk to a machine of the own network under the name of a public host.

    Parameters
    ----------
    peer
        The numeric address at the other end.
    host
        The name it was looked up under.

    Raises
    ------
    SourceFailed
        If the address is private, of this machine, or not one of the public internet.
    """
    if not _is_public(ipaddress.ip_address(peer.partition("%")[0])):
        raise SourceFailed(
            f"{host}: this name leads to {peer}, an address of a private network; nothing was "
            "asked of it. A server of your own is declared with `local: true`."
        )


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether an address is one of the public internet, also where it holds another."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and address in _TRANSLATED:
        inside = ipaddress.IPv4Address(address.packed[-4:])
    if inside is not None:  # whether these count as global themselves differs between Pythons
        return _is_public(inside)
    is_odd = address.is_multicast or address.is_site_local or address in _COMPATIBLE
    return address.is_global and not is_odd


def after_redirect(address: str, location: str) -> str:
    """Return where a redirect leads.

    Parameters
    ----------
    address
        What was asked.
    location
        What the answer said.

    Returns
    -------
    str
        The whole address, to be checked like the first.
    """
    try:
        return urljoin(address, location)
    except ValueError:
        raise SourceFailed(
            f"{shown(address)}: sends on to {quoted(location)}, which is not a web address."
        ) from None
