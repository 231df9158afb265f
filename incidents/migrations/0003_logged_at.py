"""When an incident was logged: what is older was logged when it was detected."""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import F


def as_detected(apps, schema_editor):
    apps.get_model("incidents", "Incident").objects.update(logged_at=F("detected_at"))


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_playbooks")]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="logged_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.RunPython(as_detected, migrations.RunPython.noop),
    ]
