"""Targets for everything else that can be forgotten, and what happens when one is missed.

Where a time is given (a task, a notice, a promise, an action), the minutes are the distance to the second alarm.
Every figure can be edited in the app; policies that somebody has made already stay as they are.
"""

from django.db import migrations

DAY = 24 * 60
MINUTES = {
    "incident.sitrep": {1: 30, 2: 60, 3: 240},
    "role.vacant": {1: 10, 2: 20, 3: 60, 4: 240},
    "role.unaccepted": {1: 5, 2: 10, 3: 60, 4: 240},
    "task.ageing": {1: 15, 2: 30, 3: 120, 4: 480},
    "claim.unanswered": {1: 40, 2: 75, 3: 300, 4: 600},
    "stakeholder.notice": {1: 15, 2: 30, 3: 120, 4: 480},
    "update.promised": {4: DAY},
    "review.meeting": {1: 3 * DAY, 2: 5 * DAY, 3: 10 * DAY},
    "action.due": {1: 2 * DAY, 2: 3 * DAY, 3: 5 * DAY, 4: 7 * DAY},
    "playbook.review": {4: 14 * DAY},
}
WORKING_DAYS = {("review.meeting", 2), ("review.meeting", 3)}
# Minutes after which an acknowledgement without a deed lapses, where the target would be too long or too short.
LAPSE = {
    "role.vacant": {1: 10, 2: 15, 3: 60, 4: 240},
    "role.unaccepted": {1: 10, 2: 15, 3: 60, 4: 240},
    "incident.sitrep": {1: 10, 2: 20, 3: 60},
    "claim.unanswered": {1: 20, 2: 30, 3: 120, 4: 480},
    "review.meeting": {1: DAY, 2: 2 * DAY, 3: 2 * DAY},
}
# (times the target, whom to tell, repeats, every so many minutes at L1 and L2); whoever the matter belongs to
# (the holder of a task's role, the owner of an action, the one who was asked) is told each time as well.
STEPS = {
    "incident.sitrep": [(1, ["role:SC", "role:CL"], 0), (1.5, ["role:CL", "deputy:CL", "role:CO"], 2)],
    "role.vacant": [(1, ["role:CL", "deputy:CL"], 1), (2, ["level", "administrators"], 0)],
    "role.unaccepted": [(1, ["role:CL"], 1), (2, ["role:CL", "deputy:CL"], 0)],
    "task.ageing": [(1, ["role:SC"], 0), (2, ["role:CL", "deputy:CL"], 0)],
    "claim.unanswered": [(1, ["role:MA", "role:CO"], 0), (2, ["role:CL", "deputy:CL"], 0)],
    "stakeholder.notice": [(1, ["role:CO"], 0), (2, ["role:CL", "deputy:CL"], 0)],
    "update.promised": [(1, ["role:SM", "role:CO"], 0), (2, ["deputy:CO", "role:CL"], 0)],
    "review.meeting": [(1, ["role:CL"], 0), (2, ["role:CL", "administrators"], 0)],
    "action.due": [(1, ["role:CL"], 0), (2, ["role:CL", "administrators"], 0)],
    "playbook.review": [(1, ["administrators"], 0), (2, ["administrators", "duty:CL"], 0)],
}
REPEAT_MINUTES = {1: 5, 2: 10, 3: 60, 4: 240}
# 10, 15 and 20 working days stood as calendar days.
APPROVAL_WORKING_DAYS = {1: 10, 2: 15, 3: 20}


def load(apps, schema_editor):
    Policy = apps.get_model("escalations", "Policy")
    PolicyStep = apps.get_model("escalations", "PolicyStep")
    for purpose, levels in MINUTES.items():
        for level, minutes in levels.items():
            policy, created = Policy.objects.get_or_create(
                purpose=purpose,
                level=level,
                defaults={
                    "minutes": minutes,
                    "working_days": (purpose, level) in WORKING_DAYS,
                    "lapse_minutes": LAPSE.get(purpose, {}).get(level),
                },
            )
            if not created:
                continue
            for position, (times_target, tell, repeats) in enumerate(STEPS[purpose]):
                PolicyStep.objects.create(
                    policy=policy,
                    position=position,
                    times_target=times_target,
                    tell=tell,
                    repeats=repeats,
                    repeat_minutes=REPEAT_MINUTES[level],
                )
    for level, days in APPROVAL_WORKING_DAYS.items():
        untouched = Policy.objects.filter(
            purpose="postmortem.approval", level=level, minutes=days // 5 * 7 * DAY
        )
        untouched.update(minutes=days * DAY, working_days=True)


class Migration(migrations.Migration):
    dependencies = [("escalations", "0004_working_days")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
