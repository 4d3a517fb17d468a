"""Steps that gather choices, and what is generated about the project itself."""

from __future__ import annotations

from pathlib import Path

from pipeline import files
from pipeline.config import (
    Category,
    CategoryRules,
    CategoryWays,
    DistrictFile,
    Dress,
    NationalTable,
    NationDefaults,
    Standard,
    Theme,
    Unwelcome,
    Walker,
    Wording,
)
from pipeline.steps.outputs import Outputs


def rules(*categories: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather what decides which assets there are; rewritten only when that has changed."""
    del note
    from pipeline.files import choices

    found = files.read_configs(list(categories), Category)
    changed = choices.write_named(found, out[0], CategoryRules)
    return f"{len(found)} categories{'' if changed else ', rules unchanged'}"


def ways(*categories: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather what the assessment sums categories up by; rewritten only when that has changed."""
    del note
    from pipeline.files import choices

    found = files.read_configs(list(categories), Category)
    changed = choices.write_named(found, out[0], CategoryWays)
    return f"{len(found)} categories{'' if changed else ', ways to well-being unchanged'}"


def looks(*categories: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather categories with their words and looks."""
    del note
    from pipeline.files import choices

    found = files.read_configs(list(categories), Category)
    choices.write_named(found, out[0])
    return f"{len(found)} categories"


def national(*tables: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather the declarations of published tables."""
    del note
    from pipeline.files import choices

    found = files.read_configs(list(tables), NationalTable)
    changed = choices.write_named(found, out[0])
    return f"{len(found)} published tables{'' if changed else ', unchanged'}"


def district(written: Path, *nations: Path, out: Outputs, note: Path | None = None) -> str:
    """Fill a district's file with what is usual in its nation."""
    del note
    from pipeline.districts import complete
    from pipeline.files import choices

    usual = choices.read_configs(list(nations), NationDefaults)
    found = complete(written.stem, files.read_choices(written, DistrictFile), usual)
    changed = choices.write_choices(found, out[0])
    return f"{found.nation.replace('_', ' ')}{'' if changed else ', unchanged'}"


def published_standards(
    rules: Path, *standards: Path, out: Outputs, note: Path | None = None
) -> str:
    """Gather the standards of access that public bodies have published."""
    del note
    from pipeline.files import choices
    from pipeline.standards import categories_must_be_known

    found = files.read_configs(list(standards), Standard)
    categories_must_be_known(found, choices.read_named(rules, CategoryRules))
    changed = choices.write_named(found, out[0])
    return f"{len(found)} published standards{'' if changed else ', unchanged'}"


def walkers(*profiles: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather who walks, how fast, and over what."""
    del note
    from pipeline.files import choices

    found = files.read_configs(list(profiles), Walker)
    changed = choices.write_named(found, out[0])
    return f"{len(found)} walkers{'' if changed else ', unchanged'}"


def words(*languages: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather what the pages say in each language, all held against English and against tone."""
    del note
    from pipeline.config.words import must_agree, must_be_welcome
    from pipeline.files import choices

    (tone,) = (path for path in languages if path.stem == "unwelcome")
    found = files.read_configs([path for path in languages if path != tone], Wording)
    must_agree(found, str(tone.parent))
    must_be_welcome(found, files.read_choices(tone, Unwelcome), str(tone.parent))
    changed = choices.write_named(found, out[0])
    return f"{len(found)} languages{'' if changed else ', unchanged'}"


def theme(theme: Path, *logo: Path, out: Outputs, note: Path | None = None) -> str:
    """Check what pages look like, and keep the logo with it, if there is one."""
    del note
    from pipeline.errors import ChoiceIsNotAllowed
    from pipeline.files import choices
    from pipeline.pages.contrast import faults_of_theme
    from pipeline.pages.looks import LARGEST_LOGO_BYTES, logo_of

    found: Theme = files.read_choices(theme, Theme)
    for fault in faults_of_theme(found):
        raise ChoiceIsNotAllowed(f"{theme}: {fault}.")
    pictures = []
    for path in logo:
        with path.open("rb") as file:
            pictures.append(logo_of(str(path), file.read(LARGEST_LOGO_BYTES + 1)))
    dress = Dress(theme=found, logo=next(iter(pictures), None))
    changed = choices.write_named({"theme": dress}, out[0])
    return f"{'a logo' if logo else 'no logo'}{'' if changed else ', unchanged'}"


def kernels(*modules: Path, out: Outputs, note: Path | None = None) -> str:
    """Compile what snaps and walks, so that no other step waits for it."""
    del note
    from pipeline.files.compiled import forget_outdated
    from pipeline.kernels import compile_kernels

    forget_outdated(modules)
    compile_kernels()
    files.write_text("", out[0])
    return f"{len(modules)} modules"


def reference(*tables: Path, out: Outputs, note: Path | None = None) -> str:
    """Write what is generated about the project itself."""
    del note
    from pipeline import reference as making

    written = {
        "data-dictionary": making.data_dictionary(),
        "data-sources": making.data_sources(files.read_configs(list(tables), NationalTable)),
        **making.schemas(),
    }
    for path in out:
        files.write_text(written[path.stem], path)
    return f"{len(out)} files"
