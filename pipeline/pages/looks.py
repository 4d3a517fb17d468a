"""The theme as a style sheet: each colour is a variable, and no element is styled one by one."""

from __future__ import annotations

from pipeline.config import Theme


def style(theme: Theme) -> str:
    """Return the variables of a theme.

    Parameters
    ----------
    theme
        The looks; every value was checked when it was read.

    Returns
    -------
    str
        CSS.
    """
    names = ("ink", "paper", "accent", "water", "green", "street", "outline")
    rules = [f"--{name}: {getattr(theme, name)}" for name in names]
    rules.append(f"--no-data: {theme.no_data}")
    rules += [f"--class-{place}: {colour}" for place, colour in enumerate(theme.access_classes)]
    return f":root {{ {'; '.join(rules)}; }}"
