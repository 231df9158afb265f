"""A repeat that falls on the moment of the next step is none: these come before it, or after the last step."""

from django.db import migrations

# purpose → (position of the step, repeats, level → every so many minutes)
REPEATS = {
    "role.vacant": [(0, 1, {1: 5, 2: 10, 3: 30, 4: 120})],
    "role.unaccepted": [(0, 0, {1: 5, 2: 5, 3: 30, 4: 120}), (1, 2, {1: 5, 2: 10, 3: 60, 4: 240})],
}


def load(apps, schema_editor):
    PolicyStep = apps.get_model("escalations", "PolicyStep")
    for purpose, steps in REPEATS.items():
        for position, repeats, levels in steps:
            for level, minutes in levels.items():
                PolicyStep.objects.filter(
                    policy__purpose=purpose, policy__level=level, position=position
                ).update(repeats=repeats, repeat_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("escalations", "0006_unsettled_deadlines")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
