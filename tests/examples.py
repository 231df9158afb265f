"""How many examples hypothesis tries where each costs seconds: a quarter in `make test`, all in `make test-long`."""

from __future__ import annotations

from hypothesis import settings

# The number of examples of these profiles is a percentage; `make test-long` says --hypothesis-profile=long.
settings.register_profile("short", max_examples=25)
settings.register_profile("long", max_examples=100)
settings.load_profile("short")


def examples(everything: int) -> int:
    """As many of `everything` as the profile says, at least two."""
    return max(2, everything * settings().max_examples // 100)
