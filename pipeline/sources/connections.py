"""Connections to public machines only, all of which can be cut when the time is up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from pipeline.errors import SourceFailed
from pipeline.sources.addresses import must_be_public


class Nobody(AuthBase):
    """No user: else requests looks for one in a file of the user's home."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave a request as it is."""
        return request


class Watch:
    """Cuts every connection when the time is up: one byte a minute would keep any timeout awake."""

    def __init__(self) -> None:
        self._connections: WeakSet[HTTPConnection] = WeakSet()

    def add(self, connection: HTTPConnection) -> None:
        """Watch a connection from now on."""
        self._connections.add(connection)

    @contextmanager
    def until(self, deadline: float) -> Iterator[None]:
        """Cut whatever is still connected when the clock (monotonic) reaches the deadline."""
        timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        for connection in list(self._connections):
            connected = connection.sock
            if connected is not None:
                with suppress(OSError):  # of the connection itself, whatever is spoken over it
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)


class Adapter(HTTPAdapter):
    """Connects only to public machines, and lets the watch see every connection."""

    def __init__(self, watch: Watch, *, is_checked: bool) -> None:
        self._watch, self._is_checked = watch, is_checked
        super().__init__(max_retries=0, pool_connections=4, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Make the pools of connections that go straight to a host."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools(is_checked=self._is_checked)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Make the pools of connections that go through a proxy."""
        # The peer is the proxy of this network; it looks the names up, and may well be private.
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools(is_checked=False)
        return manager

    def _pools(self, *, is_checked: bool) -> dict[str, type[HTTPConnectionPool]]:
        watch = self._watch

        def seen(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
            if is_checked:
                try:
                    must_be_public(str(connected.getpeername()[0]), connection.host)
                except SourceFailed:
                    connected.close()
                    raise
            watch.add(connection)
            return connected

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return seen(self, super()._new_conn())

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return seen(self, super()._new_conn())

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        return {"http": PlainPool, "https": SecurePool}


def words_of(fault: Exception) -> str:
    """Say what broke, without the text of the exception: that repeats addresses, keys and all."""
    chain: list[BaseException] = []
    cause: BaseException | None = fault
    while cause is not None and cause not in chain:
        chain.append(cause)
        inner = [arg for arg in cause.args if isinstance(arg, BaseException)]
        reason = getattr(cause, "reason", None)
        cause = reason if isinstance(reason, BaseException) else (*inner, cause.__cause__, None)[0]
    names = {type(link).__name__ for link in chain}
    if names & {"NameResolutionError", "gaierror"}:
        return "its name is not known; is this machine connected"
    if any("SSL" in name or "Certificate" in name for name in names):
        return "the connection is not secure (its certificate was not accepted)"
    if any("Timeout" in name or "timeout" in name for name in names):
        return "it kept silent for too long"
    if "ProxyError" in names:
        return "the proxy of this network did not let it through"
    return "the connection broke"
