"""The joint assessment: assets first, every number as it is stored, and none of need elsewhere."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

from pipeline.pages import (
    Material,
    assessment_csv,
    assessment_gpkg,
    assessment_page,
    groups_csv,
    similar_csv,
    without_deprivation,
)
from pipeline.pages.alike import Alike
from pipeline.pages.gate import faults_of_page
from pipeline.pages.neighbourhood import neighbourhood_pages
from tests.pages.town import CODE, IDS, town


@pytest.fixture(scope="module")
def material() -> Material:
    return town()


def rows_of(sheet: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet.decode())))


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_sheet_has_a_row_each_and_assets_before_deprivation(material: Material) -> None:
    rows = rows_of(assessment_csv(material))
    assert [row["neighbourhood_id"] for row in rows] == [*IDS, CODE]
    names = list(rows[0])
    needs = [n for n, name in enumerate(names) if name.startswith("deprivation") or name == "group"]
    reach = [n for n, name in enumerate(names) if name.startswith(("kinds_", "standard_"))]
    assert max(reach) < min(needs)
    assert names[:4] == ["neighbourhood_id", "name", "people", "kinds_of_green_space"]
    # Each number has its state beside it.
    for name in ("kinds_of_all", "kinds_to_connect", "deprivation_decile"):
        assert f"{name}__state" in names or f"{name}_state" in names


def test_a_cell_is_the_sum_of_its_shares(material: Material) -> None:
    """Of the sheet's own columns: kinds of everyday places are food shops and cafés here."""
    first = rows_of(assessment_csv(material))[0]
    used = [name for name, look in material.looks.items() if look.kind == "everyday_places"]
    shares = [float(first[f"{name}__within_10_min_pct"]) for name in used]
    assert float(first["kinds_of_everyday_places"]) == pytest.approx(sum(shares) / 100, abs=2e-4)
    indicators = material.indicators.set_index(["neighbourhood_id", "category", "measure"])["value"]
    for name, share in zip(used, shares, strict=True):
        stored = indicators[IDS[0], name, "within_10_min_pct"]
        assert share == pytest.approx(stored, abs=1e-4)


def test_the_page_shows_what_the_table_holds(material: Material) -> None:
    page = assessment_page(material)
    assert list(faults_of_page(page)) == []
    held = material.assessment.set_index(["neighbourhood_id", "part", "item"])
    for code in IDS[:3]:
        row = re.search(rf'<tr><th[^>]*><a href="neighbourhoods/{code}.html">.*?</tr>', page)
        assert row is not None
        shown = re.findall(r'<td class="number[^"]*">([\d.,]+)', row.group())[1:]
        value = held.loc[(code, "kind", "buildings"), "value"]
        order = [k for k in ("green_space", "buildings") if (code, "kind", k) in held.index]
        assert float(shown[order.index("buildings")]) == pytest.approx(value, abs=0.051)


def test_what_is_not_known_is_said_in_one_wide_cell(material: Material) -> None:
    page = assessment_page(material)
    row = re.search(rf'<tr><th[^>]*><a href="neighbourhoods/{IDS[5]}.html">.*?</tr>', page)
    assert row is not None
    assert "no data: the sources do not tell" in row.group()
    assert page.index(f"{IDS[5]}.html") > page.index(f"{IDS[0]}.html")


def test_groups_show_their_cut_offs_and_who_would_stand_elsewhere(material: Material) -> None:
    page = text_of(assessment_page(material))
    cut = material.groups["cut_off_kinds"].iloc[0]
    assert f"{cut:.1f}".rstrip("0").rstrip(".") in page
    for name in ("Much to build on", "Much to share", "Most to gain", "Room to add"):
        assert name in page
    assert "the income domain in place of the index" in page
    assert {row["called"] for row in rows_of(groups_csv(material))} >= {"Much to share"}


def test_communities_get_it_without_need(material: Material) -> None:
    community = without_deprivation(material)
    page = assessment_page(community)
    assert 'id="groups"' not in page
    assert not re.search(r"depriv|decile|income", page, re.IGNORECASE)
    assert not any("depriv" in name for name in rows_of(assessment_csv(community))[0])
    assert set(community.similar["variant"]) == {"plain"}
    assert "deprivation" not in similar_csv(community).decode()
    assert "Within reach, by kind" in page


def test_a_district_without_an_index_has_no_groups(material: Material) -> None:
    parts = material.assessment["part"].astype(str)
    bare = replace(
        material,
        assessment=material.assessment[~parts.str.startswith("deprivation")],
        groups=material.groups.iloc[:0],
    )
    page = assessment_page(bare)
    assert 'id="groups"' not in page
    assert 'id="why"' not in page
    assert list(faults_of_page(page)) == []


def test_hostile_names_stay_text() -> None:
    hostile = town(is_hostile=True)
    assert list(faults_of_page(assessment_page(hostile))) == []
    assert rows_of(assessment_csv(hostile))
    assert rows_of(similar_csv(hostile))


def test_the_layer_has_boundaries_and_the_same_numbers(material: Material, tmp_path: Path) -> None:
    assessment_gpkg(material)(tmp_path / "a.gpkg")
    layer = pyogrio.read_dataframe(tmp_path / "a.gpkg")
    rows = rows_of(assessment_csv(material))
    assert len(layer) == len(IDS)
    found = layer.set_index("neighbourhood_id")["kinds_of_all"]
    assert found[IDS[0]] == pytest.approx(float(rows[0]["kinds_of_all"]))


def learned(material: Material, has: dict[str, float]) -> Material:
    """Give each neighbourhood its share of residents with a library, and one set of peers."""
    rows = material.indicators.copy()
    ours = (rows["category"] == "library") & (rows["measure"] == "within_10_min_pct")
    rows.loc[ours, "value"] = rows.loc[ours, "neighbourhood_id"].map(has)
    rows.loc[ours, "state"] = np.where(rows.loc[ours, "value"].notna(), "ok", "no_data")
    peers = pd.DataFrame(
        {
            "neighbourhood_id": IDS[0],
            "variant": "plain",
            "order": range(1, 5),
            "similar_id": list(IDS[1:5]),
            "apart": 0.5,
            "traits": "people",
        }
    )
    return replace(material, indicators=rows, similar=peers)


def test_what_most_of_those_alike_have_is_told_with_names(material: Material) -> None:
    has = {IDS[0]: 49.0, IDS[1]: 50.0, IDS[2]: 80.0, IDS[3]: 90.0, IDS[4]: 10.0}
    taught = learned(material, has)
    (lesson,) = [each for each in Alike.of(taught).lessons(IDS[0]) if each.category == "library"]
    assert lesson.have == IDS[1:4]
    name = taught.assets.set_index("category")["name"].loc[["library"]].iloc[0]
    assert lesson.places[0] == (name, IDS[1])
    page = neighbourhood_pages(taught)[f"neighbourhoods/{IDS[0]}.html"]
    part = page.partition('<section id="alike"')[2].partition("</section>")[0]
    assert name in text_of(part)
    assert f'href="{IDS[1]}.html"' in part
    # Two of four are not most.
    fewer = learned(material, {**has, IDS[3]: 10.0})
    assert not [x for x in Alike.of(fewer).lessons(IDS[0]) if x.category == "library"]


def test_what_is_here_already_is_not_learned_from_others(material: Material) -> None:
    has = {IDS[0]: 50.0, IDS[1]: 50.0, IDS[2]: 80.0, IDS[3]: 90.0, IDS[4]: 10.0}
    taught = learned(material, has)
    assert not [x for x in Alike.of(taught).lessons(IDS[0]) if x.category == "library"]


def test_what_is_not_asked_for_is_not_made_and_a_composite_comes_after_all_else(
    material: Material,
) -> None:
    assert 'id="composites"' not in assessment_page(material)
    told = {
        "label": "Green and learning",
        "why": "A panel asked for it.",
        "parts": [{"part": "kind", "item": "green_space", "weight": 2.0}],
        "moved_by": 0.5,
        "rank_agreement": 0.91,
    }
    reports = {**material.reports, "assessment": {"composites": {"panel": told}}}
    page = assessment_page(replace(material, reports=reports))
    assert page.index('id="table"') < page.index('id="groups"') < page.index('id="composites"')
    assert "green_space × 2" in page
    assert "0.91" in page


def _with_clusters(material: Material) -> Material:
    """Say that the first neighbourhood has less than those around it; the last touches no other."""
    names = ["less_beside_much", *["as_by_chance"] * (len(IDS) - 2), "none"]
    rows = [
        {"neighbourhood_id": code, "part": part, "item": item, "unit": "1", "state": state,
         "value": value, "holds_access": True, "source": "osm", "source_date": "2026"}
        for code, name in zip(IDS, names, strict=True)
        for part, item, value in (("cluster", name, 1.0), ("cluster_number", "p", 0.01))
        for state in ("no_data" if name == "none" else "ok",)
    ]  # fmt: skip
    told = {"permutations": 9999, "false_discovery": 0.05, "compared": 40, "islands": [IDS[-1]],
            "not_known": [], "largest_p": 0.01}  # fmt: skip
    table = pd.concat([material.assessment, pd.DataFrame(rows)], ignore_index=True)
    reports = {**material.reports, "assessment": {"clusters": told}}
    return replace(material, assessment=table, reports=reports)


def test_clusters_stand_in_both_editions_where_they_were_asked_for(material: Material) -> None:
    assert 'id="clusters"' not in assessment_page(material)
    clustered = _with_clusters(material)
    for edition in (clustered, without_deprivation(clustered)):
        page = assessment_page(edition)
        assert list(faults_of_page(page)) == []
        assert len(set(re.findall(r'\bid="([^"]+)"', page))) == page.count(' id="')
        section = text_of(page[page.index('id="clusters"') :])
        assert "Less, beside others with much" in section
        assert "1 neighbourhood touches no other and is left out" in section
        assert "of what is named at most 5 % should be chance" in section
        rows = rows_of(assessment_csv(edition))
        assert rows[0]["cluster"] == "less_beside_much"
        assert [row["cluster"] for row in rows][-2:] == ["none", "none"]
        assert rows[0]["cluster_p"] == "0.01"
