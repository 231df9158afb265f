"""The nine playbooks and the steps that all of them share, from data/playbooks.json; each is to be reviewed in a year.

A step is [role, text, target in minutes or null, what elsewhere in the room ticks it (optional)].
"""

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).parent.parent / "data" / "playbooks.json"
OPEN, OWN, CLOSE = 1, 2, 3
REVIEWED_AFTER = timedelta(days=365)


def load(apps, schema_editor):
    Playbook = apps.get_model("incidents", "Playbook")
    PlaybookStep = apps.get_model("incidents", "PlaybookStep")
    data = json.loads(DATA.read_text())
    review_due_on = datetime.now(UTC).date() + REVIEWED_AFTER

    def add_steps(steps, phase, playbook=None):
        for position, (role, text, minutes, *done_by) in enumerate(steps, start=1):
            PlaybookStep.objects.create(
                playbook=playbook,
                phase=phase,
                position=position,
                role=role,
                text=text,
                target_minutes=minutes,
                done_by=done_by[0] if done_by else "",
            )

    add_steps(data["open"], OPEN)
    add_steps(data["close"], CLOSE)
    for one in data["playbooks"]:
        playbook = Playbook.objects.create(slug=one["slug"], name=one["name"], review_due_on=review_due_on)
        add_steps(one["steps"], OWN, playbook)


def arm_reviews(apps, schema_editor):
    Playbook = apps.get_model("incidents", "Playbook")
    Deadline = apps.get_model("escalations", "Deadline")
    policy = apps.get_model("escalations", "Policy").objects.get(purpose="playbook.review", level=4)
    content_type, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
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
    for playbook in Playbook.objects.all():
        due_at = datetime.combine(playbook.review_due_on + timedelta(days=1), time(), UTC)
        Deadline.objects.create(
            content_type=content_type,
            object_id=playbook.pk,
            stream="playbooks",
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
        ("incidents", "0001_initial"),
        ("escalations", "0002_default_policies"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(arm_reviews, migrations.RunPython.noop),
    ]
