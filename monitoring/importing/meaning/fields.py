"""What a mention knows, and what a person reads about each of these fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Field:
    """One thing that a column can hold."""

    label: _StrPromise
    explanation: _StrPromise
    cells: _StrPromise  # what its cells are: "98 % of its cells are dates."


FIELDS: dict[str, Field] = {
    "text": Field(
        _("Text"), _("What the person wrote. A headline may stand in a second column."), _("texts")
    ),
    "posted_at": Field(
        _("Posted"),
        _("When it was posted. The time of day may stand in a second column."),
        _("dates"),
    ),
    "id": Field(
        _("Id"), _("What the platform or the tool calls this post; no other has the same."), _("ids")
    ),
    "url": Field(_("Address"), _("Where the post can be read."), _("addresses")),
    "zone": Field(_("Time zone"), _("In which zone the times of the same row are written."), _("time zones")),
    "title": Field(
        _("Headline"), _("What stands above the text. It becomes the beginning of it."), _("texts")
    ),
    "author": Field(_("Author"), _("Who wrote it: the account's name on its platform."), _("names")),
    "author_name": Field(_("Author's name"), _("The name that people see beside the account's."), _("names")),
    "author_followers": Field(_("Followers"), _("How many people follow the author."), _("counts")),
    "likes": Field(_("Likes"), _("How many people liked it."), _("counts")),
    "retweets": Field(_("Shares"), _("How often it was shared, reposted or forwarded."), _("counts")),
    "replies": Field(_("Replies"), _("How many replies or comments it has."), _("counts")),
    "reach": Field(_("Reach"), _("How many different people it was shown to."), _("counts")),
    "sentiment": Field(
        _("Sentiment"),
        _("Whether it is negative, neutral or positive, in words, numbers or stars."),
        _("labels of sentiment"),
    ),
    "sentiment_source": Field(
        _("Labelled by"), _("Who or what decided on the sentiment: a person or a program."), _("names")
    ),
    "language": Field(_("Language"), _("In which language it is written."), _("languages")),
    "platform": Field(_("Platform"), _("On which network or medium it was posted."), _("platforms")),
    "brand": Field(_("Brand"), _("Which brand it is about, where a file is about several."), _("names")),
    "is_brand_own": Field(
        _("Our own post"), _("Whether the brand itself wrote it, as yes or no."), _("yes or no")
    ),
    "flags": Field(_("Tags"), _("Words by which somebody sorted the posts."), _("words")),
}
COUNTS = ("likes", "retweets", "replies", "reach", "author_followers")
NEEDED = ("text", "posted_at")  # without these there is no mention
