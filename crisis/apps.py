from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrisisConfig(AppConfig):
    name = "crisis"
    verbose_name = _("Crisis Desk")

    def ready(self) -> None:
        from crisis import acknowledge_links, delivery_subjects
        from crisis.holding import on_held, on_hold_ended
        from escalations.signals import held, hold_ended
        from notifications import links, subjects

        links.register(acknowledge_links.offer)
        subjects.register(find=delivery_subjects.find, hide=delivery_subjects.hide)
        held.connect(on_held, dispatch_uid="crisis.on_held")
        hold_ended.connect(on_hold_ended, dispatch_uid="crisis.on_hold_ended")
