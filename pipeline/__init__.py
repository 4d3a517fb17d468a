"""Half Full: the physical assets of a place, and how far people walk to them from home."""

from __future__ import annotations

VERSION = "0.1.0"
