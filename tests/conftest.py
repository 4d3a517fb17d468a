"""What holds for every test."""

import os

from hypothesis import settings

# Where changes are judged, the same examples come every time; elsewhere new ones are tried.
settings.register_profile(
    "house",
    max_examples=2000 if os.environ.get("THOROUGH") else 200,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("house")
