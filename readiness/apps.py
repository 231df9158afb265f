from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadinessConfig(AppConfig):
    name = "readiness"
    verbose_name = _("Readiness")

    def ready(self) -> None:
        from journal import entry_kinds

        entry_kinds.declare(
            {
                "duty.added": _("{actor} put {person} on duty for {role}"),
                "duty.ended": _("{actor} ended the duty of {person} for {role}"),
                "duty.removed": _("{actor} took {person} off the roster for {role}"),
                "duty.given": _("{actor} gave the duty of {giver} for {role} to {person}: {starts} – {ends}"),
                "duty.rotation_added": _("{actor} set up the rotation {name} for {role}"),
                "duty.rotation_changed": _("{actor} changed the rotation {name} for {role}"),
                "duty.rotation_ended": _("{actor} ended the rotation {name} for {role}"),
                "duty.rotation_extended": _("The rotation {name} for {role} is planned until {until}"),
                "duty.rotation_moved": _(
                    "The rotation {name} for {role} was planned anew: people or clocks have changed"
                ),
                "duty.calendar_renewed": _("{actor} renewed their calendar address"),
                "duty.swap_offered": _(
                    "{actor} offers {person} duty for {role}: {starts} – {ends}. Accept or decline."
                ),
                "duty.swap_accepted": _("{actor} takes the duty of {giver} for {role}: {starts} – {ends}"),
                "duty.swap_declined": _("{actor} declined the duty of {giver} for {role}: {starts} – {ends}"),
                "duty.swap_withdrawn": _("{actor} took back the offer of duty for {role}: {starts} – {ends}"),
            }
        )
