"""Brands that are hardly talked about are judged by the day, and by six hours of it.

How many voices they may bring by chance is a negative binomial distribution: mean and spread from the brand's own
past days, as outbreak detection does it for rare diseases (Noufaily et al., "An improved algorithm for outbreak
detection in multiple surveillance systems", Statistics in Medicine 32, 2013). Each day counts as its voices, capped so
that one crisis hides no other, and the uncertainty of a mean from few days widens the spread.
"""

from __future__ import annotations

from statistics import fmean, median

SMALL = 50  # voices a day
DAYS = 7
BY_CHANCE = 1e-3  # how rarely chance may bring so many
AT_LEAST = 8  # voices
FEWEST = 3  # past days, before they say what is usual


def limit(days: list[int]) -> float | None:
    """The voices that are still usual after so many on the past days; None after too few days."""
    if len(days) < FEWEST:
        return None
    middle = median(days)
    capped = [min(day, 3 * middle + AT_LEAST) for day in days]
    mean = max(fmean(capped), 0.5)
    spread = sum((day - mean) ** 2 for day in capped) / max(1, len(capped) - 1)
    # What is left of the variance once chance has its share; never below a fifth of the mean, squared.
    extra = max((spread - mean) / mean**2, 0.04) + 1 / (len(days) * mean)
    return max(AT_LEAST, _highest(mean, 1 / extra))


def _highest(mean: float, shape: float) -> int:
    """The count which a negative binomial exceeds with less than `BY_CHANCE`."""
    times = mean / (shape + mean)
    chance = (1 - times) ** shape  # of none at all
    below, count = chance, 0
    while below < 1 - BY_CHANCE:
        chance *= times * (count + shape) / (count + 1)
        count += 1
        below += chance
    return count
