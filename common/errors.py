"""Why an action may refuse. Views show these as messages, the API as problem documents."""

from typing import Any


class ActionRefused(Exception):
    """The action cannot happen now. The message tells the user what to do instead.

    `field` names what is wrong, as the form calls it, where that is one thing.
    """

    status = 409

    def __init__(self, message: object, *, field: str = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(ActionRefused):
    """This person may not do that, whatever the state."""

    status = 403


class Invalid(ActionRefused):
    """The words or figures given do not make sense; nothing was stored."""

    status = 422


class Conflict(ActionRefused):
    """Somebody else changed the same fields meanwhile. `theirs` maps each field to the value now stored."""

    def __init__(self, message: object, theirs: dict[str, Any]) -> None:
        super().__init__(message)
        self.theirs = theirs
