"""How the journal entries about deadlines, policies and the engine read."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    # Deadlines
    "deadline.missed": _("Missed: {purpose}. Alerted: {alerted}"),
    "deadline.missed_raised": _("Missed: {purpose}. Raised to L{level}. Alerted: {alerted}"),
    "deadline.repeated": _("Still nobody has acted: {purpose}, due {target_at}. Alerted again: {alerted}"),
    "deadline.lapsed": _(
        "{acknowledged_by} acknowledged “{purpose}”, but nothing followed. Alerted: {alerted}"
    ),
    "deadline.lapsed_raised": _(
        "{acknowledged_by} acknowledged “{purpose}”, but nothing followed. Raised to L{level}. Alerted: {alerted}"
    ),
    "deadline.exhausted": _(
        "Nobody has acted: {purpose}, due {target_at}. Nobody else is alerted from here on: call people yourself."
    ),
    "deadline.acknowledged": _("{actor} has acknowledged: {purpose}"),
    "deadline.acknowledged_by_one": _("{actor} has acknowledged: {purpose}. Still to come: {waiting}"),
    # Alert context
    "context.overdue": _("overdue by {minutes} min"),
    "context.level": _("raised to L{level} since then"),
    "context.acknowledged": _("has acknowledged: {people}"),
    "context.alerted": _("alerted so far: {people}"),
    # Policies
    "policy.changed": _("{actor} changed the escalation policy at L{policy_level}: {purpose}, {minutes} min"),
    # The engine
    "engine.held": _(
        "The escalation engine was not running from {silent_since}, as after a restored backup, and {due} deadlines "
        "are due. Alerts are on hold until an administrator decides. If nobody does, it continues by itself at "
        "{ends_at}"
    ),
    "engine.released": _("{actor} let the engine go on after its hold"),
    "engine.hold_lapsed": _("Nobody has decided about the hold: the engine goes on by itself"),
    "engine.deadline_failed": _(
        "Deadline {deadline} ({purpose}) has failed three times ({error}): whom it should alert is not alerted. "
        "Call people yourself"
    ),
    "engine.deadline_locked": _(
        "Deadline {deadline} ({purpose}) cannot fire: what it belongs to has been locked for {seconds} s. "
        "Look for a transaction that hangs"
    ),
    "engine.clock_jumped": _(
        "Between two ticks the database's clock went {seconds} s wrong: its time was set, or a machine had slept. "
        "Deadlines go by it, so check it"
    ),
}
