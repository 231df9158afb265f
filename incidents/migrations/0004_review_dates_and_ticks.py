"""Playbooks that exist already are due for review in a year; common steps tick themselves where the deed is plain."""

from datetime import UTC, datetime, time, timedelta

from django.db import migrations

# The text of a common step → the deed elsewhere in the room that it asks for
DONE_BY = {
    "Pause scheduled posts and advertising, or say why they keep running": "scheduled",
    "Publish the approved holding statement, or log a decision not to respond": "spoken",
    "Score the incident and name the roles": "activated",
    "Notify the responsible department": "department",
}


def tick(apps, schema_editor):
    PlaybookStep = apps.get_model("incidents", "PlaybookStep")
    for text, done_by in DONE_BY.items():
        PlaybookStep.objects.filter(playbook__isnull=True, text=text).update(done_by=done_by)


def start_clocks(apps, schema_editor):
    Playbook = apps.get_model("incidents", "Playbook")
    policy = apps.get_model("escalations", "Policy").objects.get(purpose="playbook.review", level=4)
    kind, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="incidents", model="playbook"
    )
    steps = [
        {
            "after_seconds": int(step.times_target * policy.minutes * 60),
            "tell": step.tell,
            "raise_level": step.raise_level,
            "repeats": step.repeats,
            "repeat_seconds": step.repeat_minutes * 60,
            "everyone": step.everyone,
        }
        for step in policy.steps.order_by("position")
    ]
    Deadline = apps.get_model("escalations", "Deadline")
    for playbook in Playbook.objects.all():
        due_at = datetime.combine(playbook.review_due_on + timedelta(days=1), time(), UTC)
        Deadline.objects.create(
            content_type=kind,
            object_id=playbook.pk,
            purpose="playbook.review",
            level=4,
            generation=1,
            steps=steps,
            lapse_seconds=policy.minutes * 60,
            armed_at=datetime.now(UTC),
            target_at=due_at,
            due_at=due_at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0003_sitreps_reviews_and_ticks"),
        ("escalations", "0005_deadlines_for_whatever_can_be_forgotten"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(tick, migrations.RunPython.noop),
        migrations.RunPython(start_clocks, migrations.RunPython.noop),
    ]
