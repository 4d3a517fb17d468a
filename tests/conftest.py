"""What holds for every test."""

import os

from hypothesis import settings

# Where changes are judged, the same examples come every time; elsewhere new ones are tried.
settings.register_profile("judged", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("judged")
