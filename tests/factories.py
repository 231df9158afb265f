"""Rows for tests, made the way the product makes them wherever a rule hangs on them."""

from __future__ import annotations

import factory
from django.utils import timezone

from incidents.models import Incident
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
