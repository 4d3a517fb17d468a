"""Tables of where people walk: streets, heights, ways in and homes."""

from __future__ import annotations

from pipeline.contracts import Column, Table
from pipeline.tables.columns import CATEGORY, NEIGHBOURHOOD, STATES

PLACES_IN = ("gate", "entrance", "access_point", "crossing", "along", "nearest_edge", "itself")

NETWORK = Table(
    "network",
    "one walkable street or path between two junctions, walked in both directions",
    ("edge_id",),
    (
        Column("edge_id", "int", "Number of the edge, from 0."),
        Column("start", "int", "Number of the junction at the first vertex, from 0.", at_least=0),
        Column("end", "int", "Number of the junction at the last vertex.", at_least=0),
        Column("length_dm", "int", "Length, in whole decimetres.", "dm", at_least=0),
        Column("component", "int", "Number of the connected part; 0 is the longest.", at_least=0),
        Column("is_snappable", "bool", "Whether its component is large enough to walk to."),
        Column("highway", "text", "Value of the `highway` tag."),
        Column("name", "text", "Street name, or empty."),
        Column("is_steps", "bool", "Whether it is a flight of steps."),
        Column("is_bridge_or_tunnel", "bool", "Whether it passes over or under what it crosses."),
        Column("tags", "text", "Tags that walking profiles need, as JSON with sorted keys."),
        Column("barriers", "text", "Tags of barriers and kerbs that stand on it, as JSON."),
        Column("geometry", "geometry", "Line from `start` to `end`.", "m", shapes=("LineString",)),
    ),
)

TERRAIN = Table(
    "terrain",
    "one edge of the walking network, on the ground it lies on",
    ("edge_id",),
    (
        Column("edge_id", "int", "Number of the edge.", at_least=0),
        Column(
            "forward_dm",
            "int",
            "Walk from its start to its end, in decimetres on the flat that take as long.",
            "dm",
            at_least=0,
        ),
        Column("backward_dm", "int", "The same from its end to its start.", "dm", at_least=0),
        Column(
            "climb_m",
            "float",
            "All that rises from its start to its end.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "descent_m",
            "float",
            "All that falls from its start to its end.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "steepest_pct",
            "float",
            "Its steepest piece, up or down.",
            "%",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "state",
            "text",
            "`ok`, or `no_data`: heights are not known and it counts as flat.",
            allowed=STATES,
        ),
    ),
)

ENTRANCES = Table(
    "entrances",
    "one point where one walks into an asset, and where it stands on the network",
    ("entrance_id",),
    (
        Column("entrance_id", "text", "Name of the asset and a number."),
        Column("asset_id", "text", "The asset it leads into."),
        CATEGORY,
        Column("way_in", "text", "What kind of point it is.", allowed=PLACES_IN),
        Column("edge_id", "int", "Edge it is reached from; −1 where none is near.", at_least=-1),
        Column("along_dm", "int", "Way along that edge from its start.", "dm", at_least=0),
        Column("snap_dm", "int", "From the edge to the entrance.", "dm", at_least=0),
        Column(
            "state", "text", "`ok`, or `unreachable`: no street within the cap.", allowed=STATES
        ),
        Column("geometry", "geometry", "The entrance.", "m", shapes=("Point",)),
    ),
    may_be_empty=True,
)

HOMES = Table(
    "homes",
    "one place where walks start, with the people who start there",
    ("home_id",),
    (
        Column("home_id", "text", "Feature or census point it stands for."),
        NEIGHBOURHOOD,
        Column("people", "float", "People who start here.", "people", at_least=0),
        Column(
            "children",
            "float",
            "Children among them; missing where the neighbourhood has no count of them.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column("made_from", "text", "What it stands for.", allowed=("building", "census_point")),
        Column("floor_m2", "float", "Footprint × storeys.", "m²", at_least=0),
        Column("edge_id", "int", "Edge it is reached from; −1 where none is near.", at_least=-1),
        Column("along_dm", "int", "Way along that edge from its start.", "dm", at_least=0),
        Column("snap_dm", "int", "From the home to the edge.", "dm", at_least=0),
        Column(
            "known_within_m",
            "float",
            "Straight line to where the map data end; a walk up to this length is certain.",
            "m",
            at_least=0,
        ),
        Column(
            "state", "text", "`ok`, or `unreachable`: no street within the cap.", allowed=STATES
        ),
        Column("geometry", "geometry", "The home.", "m", shapes=("Point",)),
    ),
)
