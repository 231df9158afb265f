"""Where an installation begins: the policies of data/policies.toml."""

import tomllib
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).parent.parent / "data" / "policies.toml"


def load(apps, schema_editor):
    Policy = apps.get_model("escalations", "Policy")
    PolicyStep = apps.get_model("escalations", "PolicyStep")
    policies = tomllib.loads(DATA.read_text())
    defaults = policies.pop("defaults")
    for purpose, given in policies.items():
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
                    repeat_minutes=by_level({**defaults["repeat_minutes"], **step.get("repeat_minutes", {})})[level],
                )


def by_level(given):
    return {int(level): figure for level, figure in given.items()}


class Migration(migrations.Migration):
    dependencies = [("escalations", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
