from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notifications.channels.config import Config
from notifications.channels.contact_form import AddressForm, secret_field


class TeamsForm(AddressForm):
    secrets = {"url": "signature"}
    pattern = (
        r"https://(?P<host>[a-z0-9.-]+\.(?:logic\.azure\.com|api\.powerplatform\.com))(?::443)?"
        r"(?P<direct>/powerautomate/automations/direct(?:/cu/(?P<routing_id>[A-Za-z0-9-]+))?)?"
        r"/workflows/(?P<workflow>[A-Za-z0-9]+)/triggers/manual/paths/invoke/?"
        r"\?(?:[^#]*&)?sig=(?P<signature>[A-Za-z0-9_-]+)(?:&[^#]*)?"
    )
    refusal = _("This is not the address of a workflow.")
    url = secret_field(
        _("Workflow address"),
        help_text=_(
            "In Teams: Workflows, “Send webhook alerts to a chat”. The address is at logic.azure.com or "
            "api.powerplatform.com."
        ),
    )

    def parse(self, url: str) -> Config:
        parts = super().parse(url)
        return {"power_automate": bool(parts.pop("direct")), **parts}
