from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from escalations import purposes
        from incidents import gate_checks, scope
        from incidents.deadlines import PURPOSES
        from incidents.entry_kinds import SENTENCES
        from incidents.scct import Strategy
        from journal import entry_kinds
        from journal.actions import entries_recorded
        from notifications.models import add_subjects
        from people.models import CrisisRole

        purposes.declare(*PURPOSES)
        entry_kinds.declare(SENTENCES)
        entry_kinds.declare_labels("role", dict(CrisisRole.choices))
        entry_kinds.declare_labels("strategy", dict(Strategy.choices))
        entries_recorded.connect(scope.on_entries_recorded, dispatch_uid="incidents.on_entries_recorded")
        add_subjects(find=scope.streams_about, hide=scope.streams_hidden_from)
        gate_checks.register_all()
