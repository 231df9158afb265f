"""Where an installation begins: the policies of data/policies.toml."""

import tomllib
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).parent.parent / "data" / "policies.toml"
REPEAT_MINUTES = {1: 5, 2: 10, 3: 60, 4: 240}


def load(apps, schema_editor):
    Policy = apps.get_model("escalations", "Policy")
    PolicyStep = apps.get_model("escalations", "PolicyStep")
    for purpose, given in tomllib.loads(DATA.read_text()).items():
        for level, minutes in by_level(given["minutes"]).items():
            policy = Policy.objects.create(
                purpose=purpose,
                level=level,
                minutes=minutes,
                working_days=level in given.get("working_days", []),
                lapse_minutes=by_level(given.get("lapse_minutes", {})).get(level),
            )
            for position, step in enumerate(given["steps"]):
                PolicyStep.objects.create(
                    policy=policy,
                    position=position,
                    times_target=step["after"],
                    tell=step["tell"],
                    raise_level=step.get("raise_level", False),
                    repeats=step.get("repeats", 0),
                    repeat_minutes={**REPEAT_MINUTES, **by_level(step.get("repeat_minutes", {}))}[level],
                )


def by_level(given):
    return {int(level): figure for level, figure in given.items()}


class Migration(migrations.Migration):
    dependencies = [("escalations", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
