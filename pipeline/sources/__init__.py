"""Where raw files come from: one module for each protocol, and the step that fetches.

`local` knows files on this machine, `packaged` files inside installed Python packages,
`fetching` copies what a district declares into its folder of raw files.
"""

from __future__ import annotations

from pipeline.sources.fetching import fetch

__all__ = ["fetch"]
