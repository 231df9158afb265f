"""What has to be done in an incident."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from incidents.models.playbook import PlaybookStep, StepPhase
from people.models import CrisisRole


class TaskState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Does not apply")


class Task(models.Model):
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="tasks")
    step = models.ForeignKey(PlaybookStep, models.SET_NULL, null=True, blank=True)
    phase = models.PositiveSmallIntegerField(choices=StepPhase, default=StepPhase.OWN)
    position = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(_("role"), max_length=3, choices=CrisisRole)
    text = models.CharField(_("what to do"), max_length=300)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    state = models.CharField(max_length=8, choices=TaskState, default=TaskState.OPEN)
    note = models.CharField(_("result or reason"), max_length=500, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("task")
        ordering = ["phase", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="task_settled_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="skipped") | ~Q(note=""), name="task_skipped_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.text
