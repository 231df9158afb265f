from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from escalations import purposes
        from incidents import actions, checks
        from incidents.actions.lifecycle import ACKNOWLEDGE, HOLDING_STATEMENT, NEXT_UPDATE
        from incidents.actions.locking import lock_for_clock, may_acknowledge, note
        from incidents.kinds import SENTENCES
        from incidents.models import Incident
        from incidents.scct import Strategy
        from journal import kinds
        from journal.actions import entry_recorded
        from people.models import CrisisRole, User

        def acknowledge_incident(incident: Incident, actor: User) -> object:
            return actions.acknowledge(incident=incident, actor=actor)

        labels = {
            ACKNOWLEDGE: _("Acknowledge"),
            HOLDING_STATEMENT: _("Holding statement"),
            NEXT_UPDATE: _("Promised public update"),
        }
        for code, label in labels.items():
            purposes.register(
                purposes.Purpose(
                    code,
                    label,
                    Incident,
                    on_missed=actions.on_missed,
                    recipients=actions.recipients,
                    note=note,
                    lock=lock_for_clock,
                    may_acknowledge=may_acknowledge,
                    acknowledge=acknowledge_incident if code == ACKNOWLEDGE else None,
                )
            )
        kinds.declare(SENTENCES)
        kinds.declare_labels("purpose", labels)
        kinds.declare_labels("role", dict(CrisisRole.choices))
        kinds.declare_labels("strategy", dict(Strategy.choices))
        entry_recorded.connect(actions.on_entry_recorded, dispatch_uid="incidents.on_entry_recorded")
        checks.register_all()
