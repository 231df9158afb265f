"""How one file is read: proposed by the look at it, changed and accepted by a person, kept with the import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Dates:
    """What the whole column of dates has shown (`meaning.moments.MomentSurvey`)."""

    order: Mapping[str, bool | str | None] = field(
        default_factory=dict
    )  # separator → does the day come first
    serials: bool = False
    no_time: str = ""  # the time of day of posts of which only the day is known: "00:00:00"
    zones: Mapping[str, float] = field(default_factory=dict)  # abbreviation → hours from UTC


@dataclass(frozen=True)
class ScaleLimits:
    """The accepted part of a `meaning.tones.Scale`: which numbers are negative and positive, what letters mean."""

    negative_to: float | None = None
    positive_from: float | None = None
    letters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Everything that decides what a cell becomes. Stored as JSON."""

    table: str = ""  # its name within the file
    columns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # field → positions
    zone: str = "UTC"
    day_first: bool | None = None  # what the person says where the column proves nothing
    dates: Dates = Dates()
    decimals: Mapping[str, str] = field(
        default_factory=dict
    )  # field of a count → the sign that begins decimals
    answers: Mapping[str, str] = field(default_factory=dict)  # cell of the sentiment column → label
    scale: ScaleLimits | None = None  # of its numbers, once accepted
    brands: Mapping[str, str] = field(default_factory=dict)  # cell of the brand column → name of a brand
    own_accounts: tuple[str, ...] = ()  # authors that are the brand
    placeholders: tuple[str, ...] = ()  # authors that are nobody in particular
    ids_identify: bool = False  # the ids tell posts apart
    addresses_identify: bool = False  # so do the addresses

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> Plan:
        facts = dict(given)
        facts["columns"] = {name: tuple(positions) for name, positions in facts["columns"].items()}
        facts["dates"] = Dates(**facts["dates"])
        facts["scale"] = ScaleLimits(**facts["scale"]) if facts["scale"] else None
        for name in ("own_accounts", "placeholders"):
            facts[name] = tuple(facts[name])
        return cls(**facts)


@dataclass(frozen=True)
class Answers:
    """What a person has said about a file. None: nothing, so that the proposal stands."""

    table: str | None = None
    columns: Mapping[str, tuple[int, ...]] | None = None  # of these fields; () for "there is none"
    zone: str | None = None
    day_first: bool | None = None
    scale: Mapping[str, str] = field(default_factory=dict)
    brands: Mapping[str, str] | None = None
    own_accounts: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, given: Mapping[str, Any] | None) -> Answers:
        facts = dict(given or {})
        if facts.get("columns") is not None:
            facts["columns"] = {name: tuple(positions) for name, positions in facts["columns"].items()}
        if facts.get("own_accounts") is not None:
            facts["own_accounts"] = tuple(facts["own_accounts"])
        return cls(**facts)
