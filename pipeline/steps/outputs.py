"""The files that a step is to write."""

from pathlib import Path

Outputs = tuple[Path, ...]
