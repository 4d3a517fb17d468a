"""The frame of a page: put together from constants, filled once, and locked.

No value from data passes through folium or a template: folium compiles what it is given as a
template again, and a name such as `{{ … }}` would run on the machine that builds the page. So
the frame is the same for every district, and has slots. Into them go, once and last, the words
of a language, elements that `pipeline.pages.elements` wrote, and data as JSON, in one place.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib import metadata, resources
from typing import Any

import folium
from folium.template import Template

from pipeline.errors import PackageIsMissing

LEAFLET_PACKAGE = "XStatic-Leaflet"
LEAFLET_FOLDER = "xstatic/pkg/leaflet/data"
MAP_ID = "map"
MAP_SCRIPTS = (
    "coding.js",
    "figures.js",
    "who.js",
    "symbols.js",
    "layers.js",
    "streets.js",
    "walks.js",
    "profile.js",
    "tables.js",
    "routes.js",
    "standards.js",
    "search.js",
    "measuring.js",
    "locating.js",
    "printing.js",
    "unused.js",
    "background.js",
    "legend.js",
    "view.js",
    "map.js",
)
# The map is drawn before the data says where it lies; the script moves it there.
NOWHERE = (0.0, 0.0)

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SLOT = re.compile(r"<!--slot:([a-z]+)-->")
_WORD = re.compile(r"\[\[([a-z0-9_.]+)\]\]")


class _QuietMap(folium.Map):  # type: ignore[misc]
    """folium's map without links to other hosts and with an id that stays the same."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (as in folium)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}<!--slot:body-->{% endmacro %}
        {% macro script(this, kwargs) %}
            L.Map.mergeOptions(halfFullMotion());
            var halfFullMap = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def get_name(self) -> str:
        """Return the id of the element that the map is drawn in."""
        return MAP_ID


class _Page(folium.Figure):  # type: ignore[misc]
    """branca's page with a language, a policy and nothing that it was not given."""

    _template = Template(
        '<!DOCTYPE html>\n<html <!--slot:language-->>\n<head>\n<meta charset="utf-8">\n'
        "<!--slot:policy-->\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        "<title><!--slot:title--></title>\n<!--slot:theme-->\n<!--slot:styles-->\n</head>\n<body>\n"
        "<!--slot:top-->\n{{ this.html.render(**kwargs) }}\n<!--slot:bottom-->\n"
        "<!--slot:data-->\n<!--slot:before-->\n"
        "<script>{{ this.script.render(**kwargs) }}</script>\n<!--slot:after-->\n"
        "</body>\n</html>\n"
    )


@cache
def map_frame(*, is_beside: bool = True) -> str:
    """Return the frame of a map page, with a slot for the data.

    Parameters
    ----------
    is_beside
        Whether deprivation stands beside access; if not, no script of the page knows of it.

    Returns
    -------
    str
        HTML, the same for every district.
    """
    page = _Page()
    quiet = _QuietMap(
        location=NOWHERE,
        zoom_start=2,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.25,
        maxZoom=19,
    )
    page.add_child(quiet)
    styles = [leaflet("leaflet.css"), static("page.css"), static("map.css")]
    scripts = list(MAP_SCRIPTS)
    if is_beside:
        styles.append(static("deprivation.css"))
        after_layers = scripts.index("layers.js") + 1
        scripts[after_layers:after_layers] = ["deprivation.js", "two_way.js"]
    slots = {
        "styles": "".join(_style(text) for text in styles),
        "body": "<!--slot:body-->",
        "before": _scripts("looks.js") + _script(leaflet("leaflet.js")) + _scripts("page.js"),
        "after": _scripts(*scripts),
    }
    return fill_slots(page.render(), slots)


@cache
def plain_frame(styles: tuple[str, ...] = (), scripts: tuple[str, ...] = ()) -> str:
    """Return the frame of a page without a map, with slots for all that differs.

    Parameters
    ----------
    styles, scripts
        Files of `pipeline/pages/static` beside those that every page has. A page without
        scripts of its own carries no data and only the switch between light and dark.

    Returns
    -------
    str
        HTML, the same whatever the data.
    """
    after = ("looks.js", *(("page.js", *scripts) if scripts else ()))
    slots = {
        "styles": "".join(_style(static(name)) for name in ("page.css", *styles)),
        "body": "<!--slot:body-->",
        "before": "",
        "after": _scripts(*after),
    }
    bare = _Page().render().replace("<script></script>\n", "")
    return fill_slots(
        bare.replace("<!--slot:bottom-->", "<!--slot:body--><!--slot:bottom-->"), slots
    )


def filled(
    frame: str, slots: Mapping[str, str], json_text: str | None = None, may_ask: str = ""
) -> str:
    """Fill the slots of a frame, all at once, and lock the page.

    Parameters
    ----------
    frame
        What `map_frame` or `plain_frame` returned.
    slots
        `language` (attributes), `title` (text), `theme` (a style sheet), `top`, `body` and
        `bottom` (HTML as `pipeline.pages.elements` writes it).
    json_text
        What `pipeline.pages.plain.json_for_page` returned, if the page carries data.
    may_ask
        The one server that the page may ask for pictures, as `https://` and its host.

    Returns
    -------
    str
        The whole page, with a policy that allows its own scripts and styles and nothing else.
    """
    theme = _style(slots["theme"])
    data = f'<script type="application/json" id="data">{json_text}</script>'
    return fill_slots(
        frame,
        {
            **slots,
            "theme": theme,
            "title": escape(slots["title"]),
            "policy": _policy(theme + frame, may_ask),
            "data": "" if json_text is None else data,
        },
    )


def worded(template: str, words: Mapping[str, str]) -> str:
    """Put words into a template of ours, which has none of its own.

    Parameters
    ----------
    template
        HTML with `[[keys]]`, between tags or in attributes.
    words
        Key → what it says.

    Returns
    -------
    str
        HTML, every word escaped.
    """
    return _WORD.sub(lambda found: escape(words[found[1]]), template)


def keys_of(template: str) -> list[str]:
    """Return the keys that a template needs words for."""
    return sorted(set(_WORD.findall(template)))


def fill_slots(page: str, slots: Mapping[str, str]) -> str:
    """Fill slots, each once.

    Parameters
    ----------
    page
        HTML with `<!--slot:…-->`.
    slots
        Name → HTML. What is filled in is not looked at again; a slot not given stays.

    Returns
    -------
    str
        HTML.
    """
    return _SLOT.sub(lambda found: slots.get(found[1], found[0]), page)


def _policy(frame: str, may_ask: str) -> str:
    scripts = " ".join(_hash(text) for text in _SCRIPT.findall(frame))
    styles = " ".join(_hash(text) for text in _STYLE.findall(frame))
    rules = (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; "
        f"img-src {' '.join(filter(None, ('data:', may_ask)))}; "
        "base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _script(text: str) -> str:
    return f"<script>{text}</script>\n"


def _scripts(*names: str) -> str:
    return "".join(_script(static(name)) for name in names)


def _style(text: str) -> str:
    return f"<style>{text}</style>\n"


@cache
def static(name: str) -> str:
    """Return one of our own templates, styles or scripts.

    Parameters
    ----------
    name
        A file in `pipeline/pages/templates` or `pipeline/pages/static`.

    Returns
    -------
    str
        Its text.
    """
    folder = "templates" if name.endswith(".html") else "static"
    return resources.files("pipeline.pages").joinpath(folder, name).read_text(encoding="utf-8")


def is_static(name: str) -> bool:
    """Tell whether there is such a template, style or script."""
    folder = "templates" if name.endswith(".html") else "static"
    return resources.files("pipeline.pages").joinpath(folder, name).is_file()


@cache
def leaflet(name: str) -> str:
    """Return a file of the installed Leaflet, without links to files that are not there.

    Parameters
    ----------
    name
        ``leaflet.js`` or ``leaflet.css``.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    PackageIsMissing
        If Leaflet is not installed.
    """
    try:
        path: Any = metadata.distribution(LEAFLET_PACKAGE).locate_file(f"{LEAFLET_FOLDER}/{name}")
        text: str = path.read_text(encoding="utf-8")
    except (metadata.PackageNotFoundError, OSError):
        raise PackageIsMissing(
            f"{LEAFLET_PACKAGE}: {name} is not installed; run `make` to install what is pinned."
        ) from None
    without_map = re.sub(r"//# sourceMappingURL=\S+\s*$", "", text)
    return re.sub(r"(background-image|behavior): url\([^)]*\);", "", without_map)
