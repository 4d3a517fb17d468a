"""A district's map: one page that works with the network cut off."""

from __future__ import annotations

from pipeline.pages import frame
from pipeline.pages.material import Material
from pipeline.pages.payload import payload
from pipeline.pages.plain import json_for_page


def map_page(material: Material) -> str:
    """Return a district's map as one HTML page.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    str
        The page. Apart from one block of JSON it is the same for every district.
    """
    return frame.with_data(frame.map_frame(), json_for_page(payload(material)))
