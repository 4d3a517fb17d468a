"""The frame of a page: folium puts it together from constants, and we lock it.

No value from data passes through folium or a template: folium compiles what it is given as a
template again, and a name such as `{{ … }}` would run on the machine that builds the page. So
the frame is the same for every district; data is put into it afterwards, as JSON, in one place.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import metadata, resources
from typing import Any

import folium
from folium.template import Template

from pipeline.errors import PackageIsMissing

LEAFLET_PACKAGE = "XStatic-Leaflet"
LEAFLET_FOLDER = "xstatic/pkg/leaflet/data"
MAP_ID = "map"
MAP_SCRIPTS = (
    "figures.js",
    "symbols.js",
    "layers.js",
    "streets.js",
    "walks.js",
    "profile.js",
    "tables.js",
    "standards.js",
    "map.js",
)
# The map is drawn before the data says where it lies; the script moves it there.
NOWHERE = (0.0, 0.0)

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_POLICY_SLOT = "<!--slot:policy-->"
_DATA_SLOT = "<!--slot:data-->"


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
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        "<!--slot:policy-->\n<!--slot:head-->\n</head>\n<body>\n"
        "{{ this.html.render(**kwargs) }}\n<!--slot:data-->\n<!--slot:before-->\n"
        "<script>{{ this.script.render(**kwargs) }}</script>\n<!--slot:after-->\n"
        "</body>\n</html>\n"
    )


@cache
def map_frame() -> str:
    """Return the frame of a map page, with a slot for the data.

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
        min_zoom=9,
        max_zoom=19,
    )
    page.add_child(quiet)
    styles = [leaflet("leaflet.css"), static("page.css"), static("map.css")]
    slots = {
        "head": static("map_head.html") + "".join(_style(text) for text in styles),
        "body": static("map.html"),
        "before": _script(leaflet("leaflet.js")) + _script(static("page.js")),
        "after": "".join(_script(static(name)) for name in MAP_SCRIPTS),
    }
    return _filled(page.render(), slots)


@cache
def plain_frame(name: str) -> str:
    """Return the frame of a page without a map, with a slot for the data.

    Parameters
    ----------
    name
        Name of its template and script, for example ``index``.

    Returns
    -------
    str
        HTML, the same whatever the data.
    """
    slots = {
        "head": static(f"{name}_head.html")
        + _style(static("page.css"))
        + _style(static(f"{name}.css")),
        "body": static(f"{name}.html"),
        "after": _script(static("page.js")) + _script(static(f"{name}.js")),
    }
    bare = _Page().render().replace("<script></script>\n", "")
    return _filled(bare.replace("<body>\n", "<body>\n<!--slot:body-->"), slots)


def with_data(frame: str, json_text: str) -> str:
    """Put data into a frame and lock the page.

    Parameters
    ----------
    frame
        What `map_frame` or `plain_frame` returned.
    json_text
        What `pipeline.pages.plain.json_for_page` returned.

    Returns
    -------
    str
        The whole page, with a policy that allows its own scripts and styles and nothing else.
    """
    data = f'<script type="application/json" id="data">{json_text}</script>'
    return frame.replace(_POLICY_SLOT, _policy(frame)).replace(_DATA_SLOT, data)


def _filled(page: str, slots: dict[str, str]) -> str:
    """Fill each slot once; what is filled in is not looked at again."""
    parts = re.split(r"<!--slot:(head|body|before|after)-->", page)
    return "".join(slots.get(part, "") if place % 2 else part for place, part in enumerate(parts))


def _policy(frame: str) -> str:
    scripts = " ".join(_hash(text) for text in _SCRIPT.findall(frame))
    styles = " ".join(_hash(text) for text in _STYLE.findall(frame))
    rules = (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _script(text: str) -> str:
    return f"<script>{text}</script>\n"


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
