from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self) -> None:
        from escalations import purposes
        from escalations.missed import add_context
        from incidents import gates
        from incidents import panels as room_panels
        from journal import entry_kinds
        from monitoring import gate_checks, panels, velocity_context
        from monitoring.deadlines import PURPOSES
        from monitoring.models import DismissalReason, Priority, Sensitivity
        from monitoring.understanding.sentiment import Label, checks  # noqa: F401 (checks registers itself)

        entry_kinds.declare(
            {
                "signal.raised": _(
                    "Unusually much talk about {brand} since {at}: {count} people within an hour, usually {usual}"
                ),
                "signal.dismissed": _("{actor} dismissed a signal about {brand}. {dismissal}: {reason}"),
                "signal.dismissed_without_note": _("{actor} dismissed a signal about {brand}: {dismissal}"),
                "signal.undecided": _(
                    "Nobody has decided about a signal about {brand}: {priority}. Alerted: {alerted}"
                ),
                "listening.sensitivity_changed": _(
                    "{actor} changed the sensitivity for {brand} from “{sensitivity_before}” to “{sensitivity}”"
                ),
                "signal.opened": _("{actor} took up a signal about {brand}"),
                "sentiment.corrected": _("{actor} said that a post about {brand} is: {label}"),
                "sentiment.correction_taken_back": _(
                    "{actor} took back that a post about {brand} is: {label}"
                ),
                "head.better": _(
                    "{count} corrections for {brand} made estimates better: its own head is at hand"
                ),
                "head.not_better": _(
                    "{count} corrections for {brand} made estimates no better: the shipped head stays"
                ),
                "head.switched_on": _("{actor} lets the own head of {brand} estimate"),
                "head.switched_off": _("{actor} lets the shipped head estimate for {brand}"),
                "mentions.attached": _("{actor} attached {count} mentions to “{title}”"),
                "import.queued": _("{actor} gave “{file}” to be imported"),
                "import.retried": _("{actor} let the import of “{file}” carry on"),
                "import.finished": _(
                    "“{file}” is imported: {stored} stored, {duplicate} already there, {rejected} rejected"
                ),
                "context.mentions": _(
                    "{count} mentions of {brand} within the last hour, {before} in the hour before"
                ),
                "import.cancelled": _("The import of “{file}” was cancelled: {stored} mentions stay"),
                "import.undoing": _("{actor} takes the import of “{file}” back"),
                "import.undone": _("The import of “{file}” is undone"),
                "import.moved": _("{actor} moved the import of “{file}” to {brand}; {stays} mentions stayed"),
                "import.failed": _("The import of “{file}” failed: {error}"),
            }
        )
        entry_kinds.declare_labels("dismissal", dict(DismissalReason.choices))
        entry_kinds.declare_labels("priority", dict(Priority.choices))
        for key in ("sensitivity", "sensitivity_before"):
            entry_kinds.declare_labels(key, dict(Sensitivity.choices))
        purposes.declare(*PURPOSES)
        entry_kinds.declare_labels("label", dict(Label.choices))
        for check in gate_checks.CHECKS:
            gates.register(check)
        room_panels.register(panels.PANEL)
        add_context(velocity_context.of)
