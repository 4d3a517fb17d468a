"""Tables of assets, of the records that they are made of, and of what is set aside."""

from __future__ import annotations

from pipeline.config import Agreement, Kind, Level
from pipeline.contracts import Column, Table
from pipeline.tables.columns import CATEGORY

ASSETS = Table(
    "assets",
    "one asset: one thing that helps people live well, however many records speak of it",
    ("asset_id",),
    (
        Column("asset_id", "text", "Stable name, made from its first record, `osm-way-123`."),
        CATEGORY,
        Column("kind", "text", "Kind of physical asset.", allowed=tuple(Kind)),
        Column("level", "text", "Which of the six levels.", allowed=tuple(Level)),
        Column("status", "text", "In use, or what could be.", allowed=("actual", "potential")),
        Column("name", "text", "Name, or empty where it has none."),
        Column("sources", "text", "Layers that speak of it, sorted, separated by commas."),
        Column("licences", "text", "Their licences, sorted, separated by commas."),
        Column("date", "text", "Day of its newest record; without one, of the data."),
        Column("area_m2", "float", "Area; 0 for a point or a line.", "m²", at_least=0),
        Column("records", "text", "Every record as JSON: source, id, name, date, licence."),
        Column(
            "agreement",
            "text",
            "Whether two sources or more speak of it and agree, differ in its name or area, one "
            "alone speaks of it, or none has been edited for years.",
            allowed=tuple(Agreement),
        ),
        Column(
            "chosen",
            "text",
            "By attribute, whose word is taken and why, as JSON: `only_source`, `all_agree`, or "
            "`first_in_order`, as the category declares it.",
        ),
        Column(
            "differences",
            "text",
            "By attribute, what each source says where they differ, as JSON.",
        ),
        Column(
            "details",
            "text",
            "Opening hours, access and the like, as JSON of plain text. Of stops, where the "
            "district has a timetable: `departures_weekday`, `departures_evening`, "
            "`departures_sunday`, how many leave; `departures_state`, of these; "
            "`departures_source`, of which timetable and days.",
        ),
        Column("is_in_district", "bool", "Whether it touches the district, or lies in the buffer."),
        Column("geometry", "geometry", "Shape of the asset.", "m"),
    ),
    may_be_empty=True,
)

RECORDS = Table(
    "records",
    "one record of one source that an asset is made of",
    ("asset_id", "source", "record_id"),
    (
        Column("asset_id", "text", "The asset that it is part of."),
        Column("source", "text", "Who says it: `osm`, `community`, or a table or layer by name."),
        Column("record_id", "text", "What that source calls it."),
        Column("category", "text", "What kind of place the source says that it is."),
        Column("name", "text", "Name as that source writes it, or empty."),
        Column("date", "text", "Day of its last edit, or of the list."),
        Column("licence", "text", "Under which the record may be used."),
        Column("details", "text", "What else it says, as JSON of plain text."),
        Column(
            "confidence",
            "float",
            "How sure it is that it and a record of another source are one place; empty where no "
            "other source speaks of the asset.",
            may_be_missing=True,
            at_least=0,
            at_most=1,
        ),
        Column("geometry", "geometry", "Where and how the source draws it.", "m"),
    ),
    may_be_empty=True,
)

AMBIGUOUS = Table(
    "ambiguous",
    "two records of two sources that may be one place and are counted as two: for somebody to look",
    ("one_source", "one_record_id", "other_source", "other_record_id"),
    (
        Column("one_source", "text", "Who says the one."),
        Column("one_record_id", "text", "What that source calls it."),
        Column("one_asset", "text", "The asset that it is part of."),
        Column("one_category", "text", "Its category."),
        Column("one_name", "text", "Its name, or empty."),
        Column("other_source", "text", "Who says the other."),
        Column("other_record_id", "text", "What that source calls it."),
        Column("other_asset", "text", "The asset that it is part of."),
        Column("other_category", "text", "Its category."),
        Column("other_name", "text", "Its name, or empty."),
        Column("confidence", "float", "How sure it is that they are one.", at_least=0, at_most=1),
        Column(
            "overlap",
            "float",
            "Of the area of both, what they have in common.",
            at_least=0,
            at_most=1,
        ),
        Column(
            "part",
            "float",
            "Of the smaller, what lies in the other; 1 for a point in an area.",
            at_least=0,
            at_most=1,
        ),
        Column("apart_m", "float", "How far they are apart.", "m", at_least=0),
        Column(
            "name_likeness",
            "float",
            "How alike their names are; empty where one has none.",
            may_be_missing=True,
            at_least=0,
            at_most=1,
        ),
        Column(
            "identifier",
            "float",
            "1 where they share one, −1 where one authority gave each its own, else 0.",
            at_least=-1,
            at_most=1,
        ),
    ),
    may_be_empty=True,
)

ACCESS_POINTS = Table(
    "access_points",
    "one way into an asset that an official layer gives, such as a park gate",
    ("access_point_id",),
    (
        Column("access_point_id", "text", "Layer and number in it."),
        Column("asset_id", "text", "The asset it leads into."),
        Column("geometry", "geometry", "Where it is.", "m", shapes=("Point",)),
    ),
    may_be_empty=True,
)

SET_ASIDE = Table(
    "set_aside",
    "one row of a layer that is not used: it is part of no asset and no way into one",
    ("layer", "row"),
    (
        Column("layer", "text", "Layer, by the district's name for it."),
        Column("row", "int", "Number of the row or feature in its file.", at_least=0),
        Column("id", "text", "What the row calls itself, or what it is called by its words."),
        Column(
            "kind",
            "text",
            "`fault`: it cannot be used. `not_asked_for`, `elsewhere`, `of_no_category`: nobody "
            "asked for it. The others are places that do not count apart.",
            allowed=(
                "fault", "not_asked_for", "elsewhere", "of_no_category", "listed_twice", "inside",
                "too_small", "of_no_asset", "not_matched",
            ),
        ),
        Column("reason", "text", "Why, in words that follow “it”."),
    ),
    may_be_empty=True,
)  # fmt: skip
