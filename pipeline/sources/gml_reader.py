"""Turns pages of GML into lines of JSON; runs as a program of its own, and imports nothing of ours.

GDAL's reader of GML is switched off in every other process, as it takes half a file for an empty
one and opens what a file names. Here it gets pages that were looked through before, no network
and no schema, and every value comes as the text that stands there.

usage: python -I gml_reader.py PAGE…    (writes PAGE.rows beside each)
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

# Before pyogrio is imported, which is when GDAL reads them.
os.environ["OGR_SKIP"] = "OGR_VRT,GDALG,HTTP,WFS,OAPIF,CSW,Elasticsearch,Carto,KML,LIBKML,GPX"
os.environ["CPL_VSIL_CURL_ALLOWED_FILENAME"] = "nothing"
os.environ["GML_FIELDTYPES"] = "ALWAYS_STRING"
os.environ["GML_SKIP_RESOLVE_ELEMS"] = "ALL"


def main(pages: list[str]) -> None:
    """Turn every page.

    Parameters
    ----------
    pages
        Files.
    """
    import pyogrio
    import shapely

    for page in pages:
        frame = pyogrio.read_dataframe(
            Path(page).read_bytes(), DOWNLOAD_SCHEMA="NO", read_geometry=True
        )
        drawn = getattr(frame, "geometry", None) if "geometry" in frame else None
        system = None if drawn is None or drawn.crs is None else drawn.crs.to_string()
        shapes = [None] * len(frame) if drawn is None else list(drawn)
        attributes = frame.drop(columns="geometry", errors="ignore").astype(object)
        with Path(f"{page}.rows").open("w", encoding="utf-8") as out:
            out.write(json.dumps({"system": system, "rows": len(frame)}) + "\n")
            for cells, shape in zip(attributes.to_dict("records"), shapes, strict=True):
                kept = {
                    name: value if isinstance(value, str) else None for name, value in cells.items()
                }
                wkb = None if shape is None else shapely.to_wkb(shapely.force_2d(shape), hex=True)
                out.write(json.dumps({"properties": kept, "shape": wkb}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
