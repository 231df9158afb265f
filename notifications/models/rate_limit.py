from django.db import models


class RateLimit(models.Model):
    """When a quota last held messages back: for one person, or for everybody together."""

    scope = models.CharField(max_length=32, primary_key=True)  # "everybody" or "person-<id>"
    limited_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.scope
