"""What somebody wrote in public, stored once, whichever tools brought it and whichever brands it names."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Post(models.Model):
    """One post. NULL and the empty string mean unknown, never zero.

    Two keys say which post it is (`importing.identity`): one of its address, which is certain, and one of platform,
    author, time and text, which serves where one of two tools gives no address.
    """

    address_key = models.UUIDField(null=True, editable=False)
    content_key = models.UUIDField(editable=False)
    platform = models.CharField(_("platform"), max_length=32, blank=True)
    external_id = models.CharField(_("number at the source"), max_length=200, blank=True)
    lang = models.CharField(_("language"), max_length=16, blank=True)
    # The source said nothing, and the words of the text did.
    lang_detected = models.BooleanField(default=False, db_default=False, editable=False)
    author = models.CharField(_("author"), max_length=200, blank=True)
    author_followers = models.BigIntegerField(_("followers of the author"), null=True, blank=True)
    text = models.TextField(_("text"))
    retweets = models.BigIntegerField(_("reshares"), null=True, blank=True)
    likes = models.BigIntegerField(_("likes"), null=True, blank=True)
    replies = models.BigIntegerField(_("replies"), null=True, blank=True)
    reach = models.BigIntegerField(_("reach"), null=True, blank=True)  # people, as the tool estimates it
    url = models.CharField(_("address"), max_length=2000, blank=True)
    addressed_by = models.ForeignKey(  # which import gave the address later; none where it came with the post
        "monitoring.ImportRun", models.PROTECT, null=True, related_name="+", db_index=False, editable=False
    )
    flags = models.CharField(_("flags"), max_length=500, blank=True)
    posted_at = models.DateTimeField(_("posted"))
    day_only = models.BooleanField(default=False)  # the source gives no time of day

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["address_key"], name="post_of_address"),
            models.CheckConstraint(condition=~Q(text=""), name="post_has_text"),
        ]
        indexes = [models.Index(fields=["content_key"], name="post_of_content")]  # is it stored already?

    def __str__(self) -> str:
        return f"{self.author or '?'}: {self.text[:60]}"
