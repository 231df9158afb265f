from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from escalations import purposes
        from incidents import actions, checks
        from incidents.actions.lifecycle import ACKNOWLEDGE, HOLDING_STATEMENT, NEXT_UPDATE
        from incidents.kinds import SENTENCES
        from incidents.models import Incident
        from incidents.scct import Strategy
        from journal import kinds
        from people.models import CrisisRole

        labels = {
            ACKNOWLEDGE: _("Acknowledge"),
            HOLDING_STATEMENT: _("Holding statement"),
            NEXT_UPDATE: _("Promised public update"),
        }
        for code, label in labels.items():
            purposes.register(purposes.Purpose(code, label, Incident, actions.on_missed, actions.recipients))
        kinds.declare(SENTENCES)
        kinds.declare_labels("purpose", labels)
        kinds.declare_labels("role", dict(CrisisRole.choices))
        kinds.declare_labels("strategy", dict(Strategy.choices))
        checks.register_all()
