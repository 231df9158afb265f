from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResponsesConfig(AppConfig):
    name = "responses"
    verbose_name = _("Responses")

    def ready(self) -> None:
        from escalations.purposes import Purpose, register
        from incidents import clocks, panels
        from incidents.actions import register as register_clock
        from incidents.actions.locking import lock_under_incident, may_acknowledge
        from journal import kinds
        from journal.actions import entries_recorded
        from responses import gates, receivers
        from responses.actions.approvals import on_missed, recipients
        from responses.actions.locking import APPROVAL_CLOCK, note
        from responses.deadlines import APPROVAL, CLAIM
        from responses.kinds import SENTENCES
        from responses.models import Response
        from responses.panels import PANELS

        kinds.declare(SENTENCES)
        register(
            Purpose(
                APPROVAL_CLOCK,
                APPROVAL.label,
                Response,
                on_missed=on_missed,
                recipients=recipients,
                note=note,
                lock=lock_under_incident(Response),
                may_acknowledge=lambda actor, response: may_acknowledge(actor, response.incident),
            )
        )
        clocks.add(APPROVAL)
        register_clock(CLAIM)
        gates.register_checks()
        for panel in PANELS:
            panels.register(panel)
        entries_recorded.connect(receivers.follow_level, dispatch_uid="responses.follow_level")
