"""A district's map: one page that works with the network cut off."""

from __future__ import annotations

import gzip

from pipeline.pages import frame
from pipeline.pages.material import Material
from pipeline.pages.payload import payload
from pipeline.pages.plain import json_for_page
from pipeline.pages.streets import streets

# A map is carried about on sticks and sent by post: on disk, and compressed as it is sent.
LARGEST_BYTES = 2_500_000
LARGEST_SENT_BYTES = 700_000


def map_page(material: Material) -> str:
    """Return a district's map as one HTML page.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    str
        The page. Apart from one block of JSON it is the same for every district. It carries the
        streets as finely as a page may be large; where not even the coarsest fit, it says so.
    """
    shown = payload(material)
    page = ""
    for carried in streets(material):
        page = frame.with_data(frame.map_frame(), json_for_page({**shown, "streets": carried}))
        if _fits(page):
            break
    return page


def _fits(page: str) -> bool:
    as_bytes = page.encode("utf-8", errors="surrogatepass")
    return len(as_bytes) <= LARGEST_BYTES and len(gzip.compress(as_bytes)) <= LARGEST_SENT_BYTES
