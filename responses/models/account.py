"""Where a brand publishes: its accounts, under which name, and how long a text may be there."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import Brand
from responses.counting import length


class Platform(models.TextChoices):
    X = "x", "X"
    INSTAGRAM = "instagram", "Instagram"
    FACEBOOK = "facebook", "Facebook"
    LINKEDIN = "linkedin", "LinkedIn"
    TIKTOK = "tiktok", "TikTok"
    MASTODON = "mastodon", "Mastodon"
    BLUESKY = "bluesky", "Bluesky"
    SITE = "site", _("Website")
    PRESS = "press", _("Press release")
    EMAIL = "email", _("E-mail")


class Account(models.Model):
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="accounts", verbose_name=_("brand"))
    platform = models.CharField(_("platform"), max_length=12, choices=Platform)
    name = models.CharField(_("account name"), max_length=120)
    handle = models.CharField(
        _("handle or address"),
        max_length=200,
        blank=True,
        help_text=_("For example @brand, or the page's address."),
    )
    text_limit = models.PositiveIntegerField(
        _("text limit"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Characters, counted as the platform counts them. Empty: no limit."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["brand", "platform", "name"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "platform", "handle"], name="account_once"),
            models.CheckConstraint(
                condition=models.Q(platform__in=Platform.values), name="account_platform_known"
            ),
        ]

    def __str__(self) -> str:
        # An address in place of a handle says less than the account's name, and breaks every layout.
        return f"{self.get_platform_display()} · {self.handle if self.handle.startswith('@') else self.name}"

    @property
    def full_name(self) -> str:
        """Under which name a text goes out; a part of what is approved."""
        return f"{self.name} {self.handle}".strip()

    def length(self, text: str) -> int:
        return length(text, self.platform)

    def is_too_long(self, text: str) -> bool:
        return self.text_limit is not None and self.length(text) > self.text_limit
