"""Whether the real services are still as config says: each is asked for one small thing.

A look takes a list of services, a count, a row or the first bytes of a file, never all of it. It
tells a service that is away from one that has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.config import (
    NationalTable,
    OnTheWeb,
)
from pipeline.config.place import (
    WebFile,
)
from pipeline.errors import PipelineError, ServiceIsAway
from pipeline.files.declared import DeclaredInput
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area
from pipeline.sources.forms import Form
from pipeline.sources.http import Client
from pipeline.sources.services import KINDS, UNITED_KINGDOM, address_of, client_for
from pipeline.text import clean_text

AS_DECLARED, CHANGED, AWAY = STATES = ("as declared", "changed", "unreachable")
# One that is away is not waited for as long as by a fetch.
ATTEMPTS, LOOK_S, IDLE_S = 2, 40.0, 20.0
MOST_HOSTS = 16
LONGEST_WORDS = 2_000


class PageForm(Form):
    """A web page, which is a fault everywhere else."""

    def fault(self, content_type: str, first: bytes) -> str | None:
        """Say whether something else came."""
        is_page = "html" in content_type and b"<" in first
        return None if is_page else "is no web page"


PAGE = PageForm("a web page", ("text/html",))


@dataclass(frozen=True)
class Looked:
    """What was looked at, where, whether it is as declared, and what was seen or is wrong."""

    what: str
    where: str
    state: str
    words: str


@dataclass(frozen=True)
class Question:
    """One small thing to ask: of what, where, and how; its answer is what was seen."""

    what: str
    address: str
    ask: Callable[[], str]


def questions(
    inputs: Mapping[str, Iterable[DeclaredInput]], codes: Mapping[str, str], locks: Path
) -> list[Question]:
    """Return what to ask of every place on the web that districts name, each once.

    Parameters
    ----------
    inputs
        What each district declares.
    codes
        The code of each district.
    locks
        A folder that all processes of the project share.

    Returns
    -------
    list of Question
        Places, then the pages of their publishers, which people are sent to when one has moved.
    """
    places: dict[str, Question] = {}
    pages: dict[str, Question] = {}
    for district, declared in sorted(inputs.items()):
        for one in declared:
            page = getattr(one.declared, "landing_page", None)
            if page is not None:
                pages[page] = Question(one.title, page, partial(_page, page, one.title, locks))
            if isinstance(one.place, OnTheWeb):
                area = Area(codes[district], *UNITED_KINGDOM)
                ask = partial(look_at, one, area, locks)
                name = f"{one.title} {one.place.model_dump_json()}"
                places.setdefault(name, Question(one.title, address_of(one.place), ask))
    return [*places.values(), *(pages[page] for page in sorted(pages))]


def tables(national: Mapping[str, NationalTable]) -> list[DeclaredInput]:
    """Return the published tables that usually lie on the web, as a district would declare them.

    Parameters
    ----------
    national
        The declarations, by name.

    Returns
    -------
    list of DeclaredInput
        One a table.
    """
    return [
        DeclaredInput(
            name, table.at, table.title, table.publisher, table.licence, table.attribution,
            None, name, table,
        )
        for name, table in sorted(national.items())
        if isinstance(table.at, OnTheWeb)
    ]  # fmt: skip


def answered(asking: Sequence[Question]) -> list[Looked]:
    """Ask all questions, those of one host one after another, and hosts at the same time.

    Parameters
    ----------
    asking
        The questions.

    Returns
    -------
    list of Looked
        In their order.
    """
    by_host: dict[str, list[Question]] = {}
    for question in asking:
        by_host.setdefault(urlsplit(question.address).netloc, []).append(question)
    with ThreadPoolExecutor(MOST_HOSTS) as pool:
        found = {
            id(question): looked
            for pairs in pool.map(_asked_of_host, by_host.values())
            for question, looked in pairs
        }
    return [found[id(question)] for question in asking]


def _asked_of_host(asking: list[Question]) -> list[tuple[Question, Looked]]:
    found, gone = [], ""
    for question in asking:
        where = shown(question.address)
        try:
            state, words = (AWAY, gone) if gone else (AS_DECLARED, question.ask())
        except ServiceIsAway as error:
            # Who does not answer is not asked for the rest: nobody waits for minutes.
            state, words = AWAY, _without_name(str(error), question)
            gone = "it did not answer before, and was not asked again"
        except PipelineError as error:
            state, words = CHANGED, _without_name(str(error), question)
        # Names of files and regions are a server's words, and go to a terminal.
        words = clean_text(words, LONGEST_WORDS)
        found.append((question, Looked(question.what, where, state, words)))
    return found


def _without_name(sentence: str, question: Question) -> str:
    """Leave out what stands in the same row anyway."""
    return sentence.removeprefix(f"{question.what}: ").removeprefix(f"{shown(question.address)}: ")


def look_at(declared: DeclaredInput, area: Area, locks: Path) -> str:
    """Ask a service for one small thing.

    Parameters
    ----------
    declared
        The input that lies there.
    area
        The district that needs it.
    locks
        A folder that all processes of the project share.

    Returns
    -------
    str
        What was seen.

    Raises
    ------
    ServiceIsAway
        If it does not answer.
    SourceFailed
        If it is not what config says.
    """
    assert isinstance(declared.place, OnTheWeb)
    client = _hurried(client_for(declared.place, declared.title, locks))
    return KINDS[type(declared.place)].look(declared, area, client)


def _hurried(client: Client) -> Client:
    service = replace(client.service, attempts=ATTEMPTS, total_s=LOOK_S, idle_s=IDLE_S)
    return replace(client, service=service)


def _page(address: str, title: str, locks: Path) -> str:
    place = WebFile(url=address, local=address.startswith("http:"))
    # Pages may send on within their own site only; more is not needed to know that they are there.
    _hurried(client_for(place, title, locks)).beginning(address, PAGE)
    return "its page answers"
