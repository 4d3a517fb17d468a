"""Tables of what differs: after a scenario, or since an earlier run."""

from __future__ import annotations

from pipeline.contracts import Column, Table
from pipeline.tables.columns import CATEGORY, STATES

SCENARIO_DIFFERENCE = Table(
    "scenario_difference",
    "the people of a neighbourhood, of all or of a decile, a category and a number of minutes: how "
    "many have one within reach as things are, and after a scenario",
    ("what", "people_of", "category", "minutes"),
    (
        Column(
            "what",
            "text",
            "Whose people these are.",
            allowed=("neighbourhood", "district", "decile"),
        ),
        Column(
            "people_of",
            "text",
            "Code of the neighbourhood, `all`, `decile_1` … `decile_10`, or `no_decile`.",
        ),
        CATEGORY,
        Column("minutes", "int", "Longest walk that counts, itself included.", "min", at_least=1),
        Column(
            "people_before",
            "float",
            "How many have one within reach as things are; empty unless `ok` or `true_zero`.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "people_after",
            "float",
            "The same after the scenario.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "people_more",
            "float",
            "How many more; below 0, how many fewer.",
            "people",
            may_be_missing=True,
        ),
        Column(
            "share_before_pct",
            "float",
            "Share of those whose homes are attached to the network.",
            "%",
            may_be_missing=True,
            at_least=0,
            at_most=100,
        ),
        Column(
            "share_after_pct",
            "float",
            "The same after the scenario.",
            "%",
            may_be_missing=True,
            at_least=0,
            at_most=100,
        ),
        Column(
            "state",
            "text",
            "What kind of number the difference is; `true_zero` where nothing changes.",
            allowed=STATES,
        ),
    ),
    may_be_empty=True,
)

CHANGES = Table(
    "changes",
    "one change since a run that was frozen, told by one rule; of one asset there may be several",
    ("kind", "change", "asset_before", "asset_after", "category", "neighbourhood_id", "rule"),
    (
        Column(
            "kind",
            "text",
            "Whether the place itself changed, or its maps only, or nobody can tell from the data.",
            allowed=("real", "mapping", "cannot_be_told"),
        ),
        Column(
            "change",
            "text",
            "What changed.",
            allowed=(
                "opened", "closed", "moved", "people_moved", "newly_mapped", "retagged", "nudged",
                "id_changed", "source_added", "source_gone", "people_counted_anew", "resized",
                "renamed", "appeared", "gone",
            ),
        ),
        Column("rule", "text", "How it was told, in words."),
        Column("asset_before", "text", "The asset in the earlier run, or empty."),
        Column("asset_after", "text", "The asset in this run, or empty."),
        Column("category", "text", "Its category; empty for changes of people."),
        Column("name", "text", "Its name, or empty."),
        Column("neighbourhood_id", "text", "Where it is, or empty beyond the district."),
        Column("moved_m", "float", "How far it lies from where it was.", "m", at_least=0),
        Column("people_before", "float", "Of changes of people: residents.", "people",
               may_be_missing=True, at_least=0),
        Column("people_after", "float", "The same in this run.", "people", may_be_missing=True,
               at_least=0),
        Column(
            "people_more_within_{minutes}_min",
            "float",
            "How many more people have one of its category within so many minutes with this change "
            "alone, on the streets and homes of this run; below 0, how many fewer.",
            "people",
            may_be_missing=True,
        ),
        Column(
            "effect_state",
            "text",
            "What kind of number that is; `no_data` for changes of people.",
            allowed=STATES,
        ),
    ),
    may_be_empty=True,
)  # fmt: skip
