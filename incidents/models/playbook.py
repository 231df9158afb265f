from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.fields import DateField
from common.times import validate_day
from people.models import CrisisRole, User


def in_a_year() -> date:
    return timezone.localdate() + timedelta(days=365)


class PlaybookQuerySet(models.QuerySet["Playbook"]):
    def visible_to(self, user: User) -> "PlaybookQuerySet":
        """Everybody in the house reads every playbook."""
        return self if user.is_authenticated and user.is_active else self.none()


class Playbook(models.Model):
    """Prepared steps for one kind of crisis; every playbook also has the common opening and closing steps."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    review_due_on = DateField(
        _("review due on"),
        default=in_a_year,
        validators=[validate_day],
        help_text=_("Plans age: people, channels and habits change. At least once a year."),
    )

    objects = PlaybookQuerySet.as_manager()

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("readiness:playbook", args=[self.slug])

    def all_steps(self) -> models.QuerySet["PlaybookStep"]:
        """Opening, own and closing steps in the order in which they are worked."""
        return PlaybookStep.objects.filter(Q(playbook=self) | Q(playbook__isnull=True)).order_by(
            "phase", "position"
        )


class StepPhase(models.IntegerChoices):
    OPEN = 1, _("Opening")
    OWN = 2, _("Response")
    CLOSE = 3, _("Closing")


class DoneBy(models.TextChoices):
    """Deeds elsewhere in the room that are exactly what a step asks for: its task ticks itself then."""

    SCHEDULED_CONTENT = "scheduled", _("decided about scheduled posts and advertising")
    SPOKEN = "spoken", _("published a statement, or decided not to respond")
    ACTIVATED = "activated", _("scored, named lead, deputy and scribe, and activated the response")
    DEPARTMENT = "department", _("notified the responsible department")


class PlaybookStep(models.Model):
    # Opening and closing steps are the same for every playbook and stand once, without one.
    playbook = models.ForeignKey(
        Playbook, models.CASCADE, null=True, blank=True, related_name="steps", verbose_name=_("playbook")
    )
    phase = models.PositiveSmallIntegerField(_("phase"), choices=StepPhase, default=StepPhase.OWN)
    position = models.PositiveSmallIntegerField(_("position"))
    role = models.CharField(_("role"), max_length=3, choices=CrisisRole)
    text = models.CharField(_("what to do"), max_length=300)
    target_minutes = models.PositiveIntegerField(
        _("target, minutes after activation at L2"), null=True, blank=True
    )
    done_by = models.CharField(_("ticks itself when somebody has"), max_length=10, choices=DoneBy, blank=True)

    class Meta:
        verbose_name = _("playbook step")
        verbose_name_plural = _("playbook steps")
        ordering = ["phase", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(phase=StepPhase.OWN, playbook__isnull=False)
                | (~Q(phase=StepPhase.OWN) & Q(playbook__isnull=True)),
                name="own_steps_have_a_playbook",
            )
        ]

    def __str__(self) -> str:
        return self.text
