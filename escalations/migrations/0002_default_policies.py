"""Targets in minutes for each level, and what happens when one is missed.

A missed target tells the deputy; at twice the target the incident is raised to the next level; at four times the
administrators hear of it as well. Every figure can be edited in the app.
"""

from django.db import migrations

MINUTES = {
    "incident.acknowledge": {1: 5, 2: 15, 3: 60, 4: 240},
    "incident.holding_statement": {1: 30, 2: 60, 3: 240, 4: 1440},
    "draft.approval": {1: 10, 2: 20, 3: 60, 4: 480},
    "update.promised": {1: 60, 2: 120, 3: 1440},
    # 10, 15 and 20 working days as calendar days
    "postmortem.approval": {1: 14 * 1440, 2: 21 * 1440, 3: 28 * 1440},
}
STEPS = {
    "incident.acknowledge": [
        (1, ["deputy:CL", "duty:CL"], False),
        (2, ["level"], True),
        (4, ["level", "administrators"], False),
    ],
    "incident.holding_statement": [
        (1, ["role:CO", "role:CL", "deputy:CO", "deputy:CL"], False),
        (2, ["level"], True),
        (4, ["level", "administrators"], False),
    ],
    "draft.approval": [
        (1, ["deputy:CO", "role:CL"], False),
        (2, ["role:EX", "role:CL", "deputy:CL"], False),
    ],
    "update.promised": [(1, ["role:SM", "role:CO"], False), (2, ["deputy:CO", "role:CL"], False)],
    "postmortem.approval": [(1, ["role:CL"], False), (2, ["role:CL", "administrators"], False)],
}


def load(apps, schema_editor):
    Policy = apps.get_model("escalations", "Policy")
    PolicyStep = apps.get_model("escalations", "PolicyStep")
    for purpose, levels in MINUTES.items():
        for level, minutes in levels.items():
            policy = Policy.objects.create(purpose=purpose, level=level, minutes=minutes)
            for position, (times_target, tell, raise_level) in enumerate(STEPS[purpose]):
                PolicyStep.objects.create(
                    policy=policy,
                    position=position,
                    times_target=times_target,
                    tell=tell,
                    raise_level=raise_level,
                )


class Migration(migrations.Migration):
    dependencies = [("escalations", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
