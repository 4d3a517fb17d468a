"""What holds for every test."""

import os
import signal
from pathlib import Path

from hypothesis import settings

from pipeline.files.compiled import forget_outdated

# Where changes are judged, the same examples come every time; elsewhere new ones are tried.
settings.register_profile(
    "house",
    max_examples=500 if os.environ.get("THOROUGH") else 200,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("house")

# As make does: numba would go on to use what it once compiled of a module that has changed.
PIPELINE = Path(__file__).parent.parent / "pipeline"
forget_outdated(
    [path for path in PIPELINE.rglob("*.py") if "numba.njit" in path.read_text("utf-8")]
)

# Where tests run in the background Ctrl-C is ignored, and what they start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
