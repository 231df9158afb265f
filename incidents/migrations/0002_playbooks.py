import json
from pathlib import Path

from django.db import migrations

OPEN, OWN, CLOSE = 1, 2, 3


def load(apps, schema_editor):
    Playbook = apps.get_model("incidents", "Playbook")
    PlaybookStep = apps.get_model("incidents", "PlaybookStep")
    data = json.loads((Path(__file__).parent.parent / "data" / "playbooks.json").read_text())

    def add_steps(steps, phase, playbook=None):
        for position, (role, text, minutes) in enumerate(steps, start=1):
            PlaybookStep.objects.create(
                playbook=playbook,
                phase=phase,
                position=position,
                role=role,
                text=text,
                target_minutes=minutes,
            )

    add_steps(data["open"], OPEN)
    add_steps(data["close"], CLOSE)
    for one in data["playbooks"]:
        add_steps(one["steps"], OWN, Playbook.objects.create(slug=one["slug"], name=one["name"]))


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
