"""Asks an Overpass server through osmnx; runs as a program of its own, and imports nothing of ours.

osmnx waits and asks again without end where a server is busy or says nothing of its slots, takes
a remark for an answer, and follows wherever it is sent. Here it has one question at a time, no
second try, no other host and no redirect; whoever started this program ends it when the time is
up. Its answers lie in its cache, one file each, as they came.

usage: python -I overpass_asker.py    (a line of JSON with the choices, then one a question)
"""

from __future__ import annotations

import ipaddress
import json
import resource
import sys
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

MOST_MEMORY = 3 << 30
BUSY = 429
BROKEN = 500
REFUSED = 400
SENT_ON = 300
LONGEST_REMARK = 200


class Fault(Exception):
    """The server did not answer as it should; `passes` says whether asking again may help."""

    def __init__(
        self, words: str, *, passes: bool, is_away: bool = False, wait: str = "", status: int = 0
    ) -> None:
        super().__init__(words)
        self.told = {
            "fault": words, "passes": passes, "is_away": is_away, "wait": wait, "status": status,
        }  # fmt: skip


def main() -> None:
    """Answer questions until there are no more."""
    choices = json.loads(sys.stdin.readline())
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    warnings.simplefilter("ignore")
    import osmnx

    _choose(osmnx.settings, choices)
    _stay_with(choices)
    cache = Path(choices["cache"])
    for line in sys.stdin:
        before = set(_files(cache))
        answer = _ask(osmnx, json.loads(line), choices["tags"])
        answer.setdefault("new", [name for name in _files(cache) if name not in before])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _choose(settings: Any, choices: dict[str, Any]) -> None:  # noqa: ANN401 (a module)
    settings.overpass_url = choices["address"]
    settings.overpass_rate_limit = choices["limited"]
    settings.requests_timeout = choices["timeout_s"]
    settings.http_user_agent = choices["user_agent"]
    settings.http_referer = choices["referer"]
    settings.use_cache = settings.cache_only_mode = True
    settings.cache_folder = choices["cache"]
    settings.max_query_area_size = float("inf")  # whoever asks has divided the area
    settings.doh_url_template = None  # names are not looked up at a third party

    def look(response: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401 (of requests)
        _look(response, settings, choices["largest"])

    settings.requests_kwargs = {
        "hooks": {"response": look},
        "allow_redirects": False,
        "auth": lambda request: request,  # else a file in the user's home may be read for one
    }


def _look(response: Any, settings: Any, largest: int) -> None:  # noqa: ANN401
    """Look at an answer before osmnx does: it would wait and try again without end."""
    status = response.status_code
    if status >= BROKEN or status == BUSY:
        wait = response.headers.get("Retry-After", "")
        raise Fault(
            f"it answered with status {status}", passes=True, is_away=True, wait=wait,
            status=status,
        )  # fmt: skip
    if status >= REFUSED:
        raise Fault(f"it answered with status {status}", passes=False)
    if status >= SENT_ON:
        raise Fault("it sends on to another address; declare that one if it is right", passes=False)
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > largest:
        raise Fault(f"its answer is larger than {largest:,} bytes", passes=False)
    body = response.content
    if urlsplit(response.url).path.endswith("/status"):
        # With no limit it names no slots, and osmnx would wait for one for ever.
        if b"rate limit: 0" in body.lower():
            settings.overpass_rate_limit = False
        return
    if len(body) > largest:
        raise Fault(f"its answer is larger than {largest:,} bytes", passes=False)
    if b'"remark"' in body:
        found = json.loads(body)
        # Things on the map may have a tag of this name, which says nothing of the answer.
        if isinstance(found, dict) and "remark" in found:
            raise Fault(f"it remarked {str(found['remark'])[:LONGEST_REMARK]!r}", passes=True)


def _stay_with(choices: dict[str, Any]) -> None:
    """Let this process talk to the host that was declared, and to no private machine."""
    proxies = {urlsplit(proxy).hostname for proxy in getproxies().values()}
    names = {*choices["hosts"], *(proxies if not choices["is_local"] else ())}
    is_checked = not choices["is_local"] and not proxies

    def hold(event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
            name = arguments[0]
            text = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
            if text not in names and not _is_number(text):
                raise Fault("it asks at another host than the declared one", passes=False)
        elif event == "socket.connect" and is_checked and isinstance(arguments[1], tuple):
            peer = str(arguments[1][0]).partition("%")[0]
            if _is_number(peer) and not ipaddress.ip_address(peer).is_global:
                raise Fault(
                    f"this name leads to {peer}, an address of a private network; nothing was "
                    "asked of it. A server of your own is declared with `local: true`",
                    passes=False,
                )

    sys.addaudithook(hold)


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _files(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.glob("*.json"))


def _ask(osmnx: Any, box: list[float], tags: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    import requests
    import shapely

    try:
        osmnx.features_from_polygon(shapely.box(box[0], box[1], box[2], box[3]), tags)
    except Fault as fault:
        return fault.told
    except (MemoryError, RecursionError):
        return Fault("its answer is too large", passes=False).told
    except Exception as error:  # noqa: BLE001 (osmnx ends every good call with one, too)
        if type(error).__name__ == "CacheOnlyInterruptError":
            return {}
        is_away = isinstance(error, requests.ConnectionError | requests.Timeout)
        return Fault(_words_of(error), passes=True, is_away=is_away).told
    return Fault("it could not be asked", passes=False).told


def _words_of(error: Exception) -> str:
    """Say what broke, without the text of the exception, which repeats the question."""
    import requests

    if isinstance(error, requests.Timeout):
        return "it kept silent for too long"
    if isinstance(error, ValueError) or type(error).__name__ in {
        "InsufficientResponseError",
        "ResponseStatusCodeError",
    }:
        return "it is cut short or is not JSON"
    if isinstance(error, requests.RequestException):
        return "the connection broke"
    return f"it could not be asked ({type(error).__name__})"


if __name__ == "__main__":
    main()
