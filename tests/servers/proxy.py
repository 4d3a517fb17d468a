"""Stands before a real server, hands everything on, and spoils what it is told to spoil.

`Server.faults` and `Server.always` are those of `faulty`: one a request, in the order in which
the requests come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

import urllib3

from tests.servers.faulty import Asked, Fault, Reply, Server, serving

ANSWERS_WITHIN_S = 60.0
# A connection that the server has closed meanwhile is none of the faults that are asked for.
_AGAIN = urllib3.Retry(2, allowed_methods=None, status=False)
# What concerns one connection only, or is counted anew when the answer is sent on.
_NOT_HANDED_ON = frozenset(
    ("connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding",
     "content-type", "accept-encoding", "date", "server")
)  # fmt: skip

Kept = MutableMapping[tuple[str, str, bytes], urllib3.BaseHTTPResponse]


@contextmanager
def proxy_of(target: str, kept: Kept | None = None) -> Iterator[Server]:
    """Serve on 127.0.0.1 what another server answers.

    Parameters
    ----------
    target
        The address of the other server, such as `http://127.0.0.1:8080`, without a path.
    kept
        Answers that were given before: the other server is asked each question once. Tests of
        one module share them, as most ask the same questions and only the faults differ.

    Yields
    ------
    Server
        Its own address stands wherever the other server names its own, so that links lead
        through here.
    """
    others = urllib3.PoolManager(maxsize=4)
    here: list[str] = []
    answers: Kept = {} if kept is None else kept

    def route(asked: Asked) -> Reply:
        question = (asked.method, asked.path, asked.body)
        if kept is None or question not in answers:
            answers[question] = others.request(
                asked.method, target + asked.path, body=asked.body or None, redirect=False,
                headers=_handed_on(asked.headers), retries=_AGAIN, timeout=ANSWERS_WITHIN_S,
            )  # fmt: skip
        answer = answers[question]
        headers = {
            name: value.replace(target, here[0])
            for name, value in _handed_on(answer.headers).items()
        }
        body = answer.data.replace(target.encode(), here[0].encode())
        return Reply(body, answer.headers.get("Content-Type", ""), answer.status, headers)

    with serving(route) as server:
        here.append(server.address)
        yield server
    others.clear()


def at(number: int, *faults: Fault) -> list[Fault | None]:
    """Return faults for `Server.faults`, the first at the request of this number, from 0."""
    return [*[None] * number, *faults]


def _handed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.casefold() not in _NOT_HANDED_ON}
