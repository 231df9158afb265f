from postmortems.models.followup import CorrectiveAction, CorrectiveActionState, Lesson, LessonState
from postmortems.models.postmortem import PostMortem, PostMortemState

__all__ = [
    "CorrectiveAction",
    "CorrectiveActionState",
    "Lesson",
    "LessonState",
    "PostMortem",
    "PostMortemState",
]
