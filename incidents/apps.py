from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from escalations import purposes
        from incidents import actions, checks
        from incidents.actions import playbooks
        from incidents.deadlines import CLOCKS
        from incidents.kinds import SENTENCES
        from incidents.models import Playbook
        from incidents.scct import Strategy
        from journal import kinds
        from journal.actions import entries_recorded
        from people.models import CrisisRole

        for clock in CLOCKS:
            actions.register(clock)
        purposes.register(
            purposes.Purpose(
                playbooks.PLAYBOOK_REVIEW,
                _("Review of a playbook"),
                Playbook,
                on_missed=playbooks.on_review_due,
                recipients=playbooks.recipients,
                note=playbooks.note,
                lock=playbooks.lock,
                may_acknowledge=lambda actor, _playbook: actor.has_perm("people.work"),
                can_wait=True,
            )
        )
        kinds.declare(SENTENCES)
        kinds.declare_labels("role", dict(CrisisRole.choices))
        kinds.declare_labels("strategy", dict(Strategy.choices))
        entries_recorded.connect(actions.on_entries_recorded, dispatch_uid="incidents.on_entries_recorded")
        checks.register_all()
