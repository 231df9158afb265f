"""The two brands and where they speak."""

from __future__ import annotations

from people.models import Brand
from responses.models import Account, Platform

AIRLINE = "Kestrel Air"
CAFE = "Copper Kettle Coffee"
_P = Platform
# platform, account name, handle, text limit
ACCOUNTS: dict[str, tuple[tuple[Platform, str, str, int | None], ...]] = {
    AIRLINE: (
        (_P.X, "Kestrel Air", "@KestrelAir", 280),
        (_P.INSTAGRAM, "Kestrel Air", "@kestrelair", 2200),
        (_P.FACEBOOK, "Kestrel Air", "@kestrelair", 63206),
        (_P.LINKEDIN, "Kestrel Air", "@kestrel-air", 3000),
        (_P.SITE, "Kestrel Air newsroom", "https://kestrel-air.example/news", None),
        (_P.PRESS, "Kestrel Air press office", "press@kestrel-air.example", None),
    ),
    CAFE: (
        (_P.X, "Copper Kettle", "@copperkettle", 280),
        (_P.INSTAGRAM, "Copper Kettle", "@copperkettle", 2200),
        (_P.SITE, "Copper Kettle", "https://copperkettle.example", None),
    ),
}


def make_brands() -> dict[str, Brand]:
    """Both brands with their accounts, by name."""
    brands = {}
    for name, accounts in ACCOUNTS.items():
        brand = brands[name] = Brand.objects.create(name=name, slug=name.lower().replace(" ", "-"))
        for platform, account_name, handle, limit in accounts:
            Account.objects.create(
                brand=brand, platform=platform, name=account_name, handle=handle, text_limit=limit
            )
    return brands
