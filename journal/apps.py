from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "journal"
    verbose_name = _("Journal")

    def ready(self) -> None:
        from journal import entry_kinds
        from journal.people import on_person_changed
        from people.signals import person_changed

        entry_kinds.declare(
            {
                "person.changed": _("{actor} changed {person} in the administration: {fields}"),
                "person.renamed": _("{before} changed their name to {person}"),
            }
        )
        person_changed.connect(on_person_changed, dispatch_uid="journal.on_person_changed")
