"""Settings for every test: how hard hypothesis looks.

`HYPOTHESIS_PROFILE=fast` (the default) keeps a run short; `slow` is for a night, or for a change to the call
machine. A failing example is printed with the line that reproduces it.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("fast", max_examples=50, deadline=None, print_blob=True)
settings.register_profile(
    "slow", max_examples=5_000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
