"""Brands that a file of mentions names and that are new."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify

from people.models import Brand


@transaction.atomic
def add_brands(names: list[str]) -> list[Brand]:
    """Brands of these names; those that exist stay as they are."""
    brands = []
    for name in names:
        slug = slugify(name)[:40] or "brand"
        taken = set(Brand.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
        number = 2
        free = slug
        while free in taken:
            free, number = f"{slug}-{number}", number + 1
        brands.append(Brand.objects.get_or_create(name=name, defaults={"slug": free})[0])
    return brands
