"""Rows for tests, made the way the product makes them wherever a rule hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Any

import factory
from django.utils import timezone

from incidents.models import Incident
from monitoring.importing import identity
from monitoring.models import Mention, Post
from monitoring.voices import recount
from people.models import Brand, SiteRole, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        django_get_or_create = ("email",)

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    site_role = SiteRole.COMMUNICATOR


class BrandFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Brand
        django_get_or_create = ("slug",)

    name = "Kestrel Air"
    slug = "kestrel-air"


class IncidentFactory(factory.django.DjangoModelFactory):
    """A bare row without journal, deadlines or people; use the actions where those matter."""

    class Meta:
        model = Incident

    brand = factory.SubFactory(BrandFactory)
    title = factory.Sequence(lambda n: f"Incident {n}")
    logged_by = factory.SubFactory(UserFactory)
    detected_at = factory.LazyFunction(timezone.now)
    logged_at = factory.SelfAttribute("detected_at")


OF_THE_MENTION = {"is_brand_own", "sentiment", "sentiment_source", "estimate", "worry", "run", "line"}
_numbers = count(1)


def unsaved_mention(brand: Brand, posted_at: datetime, **fields: Any) -> Mention:
    """A mention and its post as an import would make them, for `mentions`; `fields` are of either of the two.

    Without a text of its own it is a post of its own. An author of "" is nobody in particular.
    """
    of_the_post = {name: value for name, value in fields.items() if name not in OF_THE_MENTION}
    facts = {"platform": "x", "author": "", "text": f"Post {next(_numbers)}"} | of_the_post
    key = identity.of_content(
        facts["platform"], facts["author"], posted_at, facts["text"], str(next(_numbers))
    )
    address = facts.get("url")
    post = Post(
        **facts,
        posted_at=posted_at,
        content_key=key,
        address_key=identity.of_address(address) if address else None,
    )
    return Mention(
        brand=brand,
        post=post,
        posted_at=posted_at,
        person=identity.of_person(facts["platform"], facts["author"], key),
        **{name: value for name, value in fields.items() if name in OF_THE_MENTION},
    )


def mentions(made: Iterable[Mention]) -> list[Mention]:
    """Store many at once, each with its post."""
    made = list(made)
    Post.objects.bulk_create([mention.post for mention in made])
    stored = Mention.objects.bulk_create(made)
    for brand in {mention.brand for mention in stored}:
        moments = [mention.posted_at for mention in stored if mention.brand == brand]
        recount(brand, min(moments), max(moments))
    return stored


def mention(brand: Brand, posted_at: datetime, **fields: Any) -> Mention:
    (stored,) = mentions([unsaved_mention(brand, posted_at, **fields)])
    return stored
