"""Steps that draw pictures for reports and slides."""

from __future__ import annotations

from pathlib import Path

from pipeline import files
from pipeline.config import Category, District, Study, Theme, Wording
from pipeline.steps.outputs import Outputs

# What is said on pictures; other words can change without a picture being drawn again.
GROUPS_OF_PICTURES = ("pictures", "states", "kinds", "measures", "classes", "numbers")


def picture_words(words: Path, *, out: Outputs, note: Path | None = None) -> str:
    """Keep the words that stand on pictures apart from all others."""
    del note
    from pipeline.files import choices

    found = choices.read_named(words, Wording)
    kept = {
        name: wording.model_copy(
            update={"words": {key: wording.words[key] for key in GROUPS_OF_PICTURES}}
        )
        for name, wording in found.items()
    }
    changed = choices.write_named(kept, out[0])
    return f"{len(kept)} languages{'' if changed else ', unchanged'}"


def pictures(
    study: Path,
    theme: Path,
    looks: Path,
    words: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    coverage: Path,
    features: Path,
    network: Path,
    assets: Path,
    indicators: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Draw the static twins of a district's maps."""
    del note
    from pipeline import tables
    from pipeline.files import raw
    from pipeline.files.bundles import write_bundle
    from pipeline.files.choices import read_named
    from pipeline.pages.pictures import categories_must_be_known, pictures
    from pipeline.pages.scene import Scene
    from pipeline.pages.wording import Words

    stored = {
        tables.NEIGHBOURHOODS: neighbourhoods,
        tables.COVERAGE: coverage,
        tables.FEATURES: features,
        tables.NETWORK: network,
        tables.ASSETS: assets,
        tables.INDICATORS: indicators,
    }
    fetched = raw.read_manifest(manifest)
    place = raw.dated(files.read_choices(district, District), fetched)
    chosen = files.read_choices(theme, Theme)
    kinds = read_named(looks, Category)
    categories_must_be_known(chosen, kinds, str(theme))
    scene = Scene(
        study=files.read_choices(study, Study),
        theme=chosen,
        looks=kinds,
        words=Words(read_named(words, Wording), place.language),
        district=place,
        manifest={key: file.model_dump(mode="json") for key, file in fetched.inputs.items()},
        **{table.name: files.read_table(path, table) for table, path in stored.items()},
    )
    drawn = pictures(scene)
    write_bundle(drawn, out[0])
    return f"{sum(name.endswith('.svg') for name in drawn)} maps, as PNG and SVG"
