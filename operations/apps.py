from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from journal import entry_kinds
        from operations.invariants import RULES

        entry_kinds.declare(
            {
                "engine.invariant_broken": _(
                    "Invariant violated ({invariant}): {rows}. Open the engine's page"
                ),
                "engine.invariant_settled": _("{actor} has looked at “{invariant}” ({rows}): {reason}"),
            }
        )
        entry_kinds.declare_labels("invariant", RULES)
