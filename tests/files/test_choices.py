"""YAML as people write it, with its traps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.config import (
    Category,
    CategoryRules,
    Choice,
    District,
    DistrictFile,
    NationalTable,
    NationDefaults,
    Study,
)
from pipeline.districts import complete
from pipeline.errors import ChoiceIsNotAllowed, FileIsDamaged, FileIsMissing, FileIsNotAllowed
from pipeline.files.choices import (
    read_choices,
    read_configs,
    read_named,
    write_named,
)

ROOT = Path(__file__).parent.parent.parent


class Held(Choice):
    """A small choice to read the traps into."""

    name: str
    number: int = 0
    share: float = 0.0
    yes: bool = False


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nname: *c\n"
TRAPS = [
    ("alias bomb", BOMB, r"line 2, column 8: aliases"),
    ("merged alias", "base: &b {name: x}\n<<: *b\n", r"line 2, column 5: aliases"),
    ("doubled key", "name: a\nnumber: 1\nname: b\n", r"line 3, column 1: the key ‘name’ .*twice"),
    ("doubled key below", "name: {a: 1, a: 2}\n", r"the key ‘a’ stands here twice"),
    ("octal", "name: a\nnumber: 012\n", r"number: .*found ‘012’"),
    ("sexagesimal", "name: a\nnumber: 1:30\n", r"number: .*found ‘1:30’"),
    ("exponent", "name: a\nshare: 8e2\n", r"share: .*found ‘8e2’"),
    ("underscored number", "name: a\nnumber: 1_000\n", r"number: .*found ‘1_000’"),
    ("not a number", "name: a\nshare: .nan\n", r"share: .*found ‘.nan’"),
    ("infinity", "name: a\nshare: .inf\n", r"share: .*found ‘.inf’"),
    ("huge", "name: a\nshare: 9" + "9" * 400 + ".0\n", r"share|not plain YAML"),
    ("NO is no truth value", "name: a\nyes: NO\n", r"yes: .*found ‘NO’"),
    ("number for text", "name: 12\n", r"name: .*string, found ‘12’"),
    ("text for number", "name: a\nnumber: '5'\n", r"number: .*integer, found ‘5’"),
    ("truth for number", "name: a\nnumber: true\n", r"number: .*found ‘True’"),
    ("misspelt key", "name: a\nnumbre: 3\n", r"numbre: this key is not known; check its spelling"),
    ("hostile key", 'name: a\n"\\e[2Jx": 3\n', r"\\x1b\[2Jx: this key is not known"),
    ("missing key", "number: 3\n", r"name: this key is missing"),
    ("key that is no text", "name: a\n5: b\n", r"line 2, column 1: a key must be text"),
    ("python object", "name: !!python/object/apply:os.system ['true']\n", r"line 1.*python"),
    ("date", "name: 2021-03-21\nnumber: 2021-03-21\n", r"number: .*found ‘2021-03-21’"),
    ("two documents", "name: a\n---\nname: b\n", r"line 2.*document"),
    ("tab", "name:\n\t- a\n", r"line 2.*token"),
    ("nothing", "", r"the file"),
    ("a list", "- a\n", r"the file"),
    ("deep nesting", "name: " + "[" * 5_000 + "]" * 5_000, r"not plain YAML|name"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [t[1:] for t in TRAPS], ids=[t[0] for t in TRAPS])
def test_a_trap_in_yaml_stops_with_file_key_and_what_was_found(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "trap.yaml"
    path.write_text(text)
    with pytest.raises(ChoiceIsNotAllowed, match=words) as caught:
        read_choices(path, Held)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_misspelt_key_is_told_before_the_one_it_leaves_missing(tmp_path: Path) -> None:
    path = tmp_path / "town.yaml"
    path.write_text("nam: Pill\n")
    with pytest.raises(ChoiceIsNotAllowed, match=r"nam: this key is not known; check its spelling"):
        read_choices(path, Held)


def test_words_that_look_like_values_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    for word in ("NO", "off", "012", "1:30", "8e2", "0x1F", "2021-03-21", "=", "Yes"):
        path.write_text(f"name: {word}\n")
        assert read_choices(path, Held).name == word


@pytest.mark.parametrize(
    "name", ["../x.yaml", "-rf.yaml", "A.yaml", "a b.yaml", "a;b.yaml", ".yaml"]
)
def test_a_file_named_like_a_path_or_an_option_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / name
    path.write_text("name: a\n")
    if name.startswith(".."):
        assert read_choices(path, Held).name == "a"
        return
    with pytest.raises(FileIsNotAllowed, match=r"use small letters"):
        read_choices(path, Held)


def test_a_file_that_is_missing_too_large_or_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "held.yaml"
    with pytest.raises(FileIsMissing, match=r"no such file"):
        read_choices(path, Held)
    path.write_bytes(b"name: caf\xe9\n")
    with pytest.raises(ChoiceIsNotAllowed, match=r"byte 9 is not UTF-8; save the file as UTF-8"):
        read_choices(path, Held)
    path.write_text("name: a\n" + "# x\n" * 300_000)
    with pytest.raises(FileIsNotAllowed, match=r"larger than 1,000,000 bytes"):
        read_choices(path, Held)


DISTRICT: dict[str, Any] = {
    "name": "Newport",
    "code": "W06000022",
    "nation": "wales",
    "crs": "EPSG:27700",
    "openstreetmap": {"at": {"file": "a.osm.pbf"}, "date": "2023-06-12"},
    "neighbourhoods": {
        "kind": "grid", "cell_m": 250.0,
        "west": -3.1, "south": 51.5, "east": -2.9, "north": 51.6,
    },
}  # fmt: skip

LAYER = {"arcgis": "https://example.org/rest/services", "service": "a"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "../../etc"}, r"code: .*pattern.*found ‘../../etc’"),
        ({"crs": "EPSG:27700; rm"}, r"crs: .*pattern"),
        ({"layers": {"../x": {"table": "naptan", "at": {"file": "x"}}}}, r"layers.*pattern"),
        ({"layers": {"x": {"table": "../naptan", "at": {"file": "x"}}}}, r"layers.x.*pattern"),
        (
            {"layers": {"x": {"table": "naptan", "at": {"file": "x", "package": "y"}}}},
            r"name one place",
        ),
        (
            {"elevation": {"table": "x", "at": {"url": "https://me:you@example.org"}}},
            "url.*pattern",
        ),
        ({"elevation": {"table": "x", "at": LAYER | {"service": "(a"}}}, "no regular expression"),
        ({"elevation": {"table": "x", "at": LAYER | {"code_field": "a"}}}, "`codes` and `code_f"),
        ({"nation": "England"}, r"nation: .*found ‘England’"),
        ({"neighbourhoods": DISTRICT["neighbourhoods"] | {"west": -2.0}}, r"`west` must be less"),
        ({"neighbourhoods": DISTRICT["neighbourhoods"] | {"kind": "hexagons"}}, r"neighbourhoods"),
    ],
)
def test_a_district_says_which_key_is_wrong(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    import json

    path = tmp_path / "newport.yaml"
    path.write_text(json.dumps(DISTRICT))
    assert read_choices(path, District).name == "Newport"
    path.write_text(json.dumps(DISTRICT | change))
    with pytest.raises(ChoiceIsNotAllowed, match=words):
        read_choices(path, District)


def test_every_file_of_the_project_is_read() -> None:
    assert read_choices(ROOT / "config" / "study.yaml", Study).walking.longest_m == 1200
    assert len(read_configs(sorted((ROOT / "config/categories").glob("*.yaml")), Category)) > 25
    districts = read_configs(sorted((ROOT / "config/districts").glob("*.yaml")), DistrictFile)
    nations = read_configs(sorted((ROOT / "config/nations").glob("*.yaml")), NationDefaults)
    assert all(complete(name, written, nations) for name, written in districts.items())


def test_what_is_handed_on_comes_back_the_same_and_is_left_alone(tmp_path: Path) -> None:
    national = read_configs(sorted((ROOT / "config/national").glob("*.yaml")), NationalTable)
    categories = read_configs(sorted((ROOT / "config/categories").glob("*.yaml")), Category)
    path = tmp_path / "dump.json"
    assert write_named(national, path)
    assert read_named(path, NationalTable) == national
    assert not write_named(national, path)
    assert write_named(categories, path)
    assert read_named(path, Category) == categories
    assert write_named(categories, path, CategoryRules)
    rules = read_named(path, CategoryRules)
    assert set(rules) == set(categories)
    assert all(type(rule) is CategoryRules for rule in rules.values())
    assert rules["park"].osm == categories["park"].osm


def test_a_changed_label_changes_looks_and_not_rules(tmp_path: Path) -> None:
    categories = read_configs([ROOT / "config/categories/park.yaml"], Category)
    other = {"park": categories["park"].model_copy(update={"label": "Green"})}
    rules, looks = tmp_path / "rules.json", tmp_path / "looks.json"
    assert write_named(categories, rules, CategoryRules)
    assert write_named(categories, looks)
    assert not write_named(other, rules, CategoryRules)
    assert write_named(other, looks)


def test_a_handed_on_file_that_was_meddled_with_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    with pytest.raises(FileIsMissing, match=r"`make` builds it"):
        read_named(path, CategoryRules)
    path.write_text('{"park": {"kind": "green"}}')
    with pytest.raises(FileIsDamaged, match=r"park.kind.*Delete it and run `make` again"):
        read_named(path, CategoryRules)
