from postmortems.models.followup import ActionState, CorrectiveAction, Lesson, LessonState
from postmortems.models.postmortem import PostMortem, PostMortemState

__all__ = ["ActionState", "CorrectiveAction", "Lesson", "LessonState", "PostMortem", "PostMortemState"]
