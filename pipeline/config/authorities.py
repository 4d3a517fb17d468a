"""Where local authorities and regions of the map are looked up: `config/authorities.yaml`."""

from __future__ import annotations

from pipeline.config.choice import Choice
from pipeline.config.place import Address, ArcgisLayer, OnTheWeb, Pattern


class RegionIndex(OnTheWeb):
    """The published index of the regions that extracts of OpenStreetMap are made of."""

    index: Address


class Authorities(Choice):
    """The list of local authorities, and the regions of which one is chosen for each.

    In the list, `code_field`, `name_field` and `welsh_name_field` are regular expressions for the
    names of its fields, which change from year to year; the last may be missing there.
    """

    authorities: ArcgisLayer
    code_field: Pattern
    name_field: Pattern
    welsh_name_field: Pattern | None = None
    regions: RegionIndex
