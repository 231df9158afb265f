"""Steps that repeat or ask everybody, acknowledgements that lapse, links in messages, and the hold."""

from datetime import timedelta

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def complete_running_clocks(apps, schema_editor):
    """Clocks from before: their steps neither repeat nor ask everybody, and an acknowledgement was final."""
    Deadline = apps.get_model("escalations", "Deadline")
    for deadline in Deadline.objects.all().iterator():
        for step in deadline.steps:
            step.setdefault("repeats", 0)
            step.setdefault("repeat_seconds", 300)
            step.setdefault("everyone", False)
        deadline.lapse_seconds = deadline.steps[0]["after_seconds"]
        deadline.target_at = deadline.armed_at + timedelta(seconds=deadline.steps[0]["after_seconds"])
        deadline.save(update_fields=["steps", "lapse_seconds", "target_at"])


class Migration(migrations.Migration):

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('escalations', '0002_default_policies'),
        ('journal', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.PositiveBigIntegerField()),
                ('purpose', models.CharField(max_length=40)),
                ('generation', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['at'],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('silent_since', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LinkUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('wrong_codes', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='deadline',
            name='deadline_step_once',
        ),
        migrations.RenameField(
            model_name='deadline',
            old_name='cancelled_at',
            new_name='settled_at',
        ),
        migrations.AddField(
            model_name='deadline',
            name='acknowledged_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='deadline',
            name='lapse_seconds',
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='deadline',
            name='repeat',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='deadline',
            name='acknowledged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='deadline',
            name='target_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='policy',
            name='lapse_minutes',
            field=models.PositiveIntegerField(blank=True, help_text='When nothing has followed by then, the alarm goes on. Empty: as many as the target.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='an acknowledgement lapses after, minutes'),
        ),
        migrations.AddField(
            model_name='policystep',
            name='everyone',
            field=models.BooleanField(default=False, help_text='Otherwise one acknowledgement is enough.', verbose_name='everybody must acknowledge'),
        ),
        migrations.AddField(
            model_name='policystep',
            name='repeat_minutes',
            field=models.PositiveIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1)], verbose_name='every, minutes'),
        ),
        migrations.AddField(
            model_name='policystep',
            name='repeats',
            field=models.PositiveSmallIntegerField(default=0, help_text='Until somebody acknowledges or the next step comes.', validators=[django.core.validators.MaxValueValidator(20)], verbose_name='repeat, times'),
        ),
        migrations.RunPython(complete_running_clocks, migrations.RunPython.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='deadline',
            trigger=pgtrigger.compiler.Trigger(name='deadline_ends_once', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{armed:fired,armed:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='72f02d302a9e5702b3a0c6fd7aaaa0d1c45647b6', operation='UPDATE', pgid='pgtrigger_deadline_ends_once_44cab', table='escalations_deadline', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.UniqueConstraint(fields=('content_type', 'object_id', 'purpose', 'generation', 'step', 'repeat'), name='deadline_step_once'),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.CheckConstraint(condition=models.Q(('settled_at__isnull', False), ('state', 'armed'), _negated=True), name='deadline_settled_runs_no_more'),
        ),
        migrations.AddConstraint(
            model_name='deadline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at__isnull', True), ('acknowledged_by__isnull', True)), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False)), _connector='OR'), name='deadline_acknowledged_has_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('lapse_minutes__isnull', True), ('lapse_minutes__gte', 1), _connector='OR'), name='policy_lapse_positive'),
        ),
        migrations.AddConstraint(
            model_name='policystep',
            constraint=models.CheckConstraint(condition=models.Q(('repeats__lte', 20)), name='policy_step_repeats_bounded'),
        ),
        migrations.AddConstraint(
            model_name='policystep',
            constraint=models.CheckConstraint(condition=models.Q(('repeat_minutes__gte', 1)), name='policy_step_repeat_positive'),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='content_type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contenttypes.contenttype'),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.UniqueConstraint(fields=('content_type', 'object_id', 'purpose', 'generation', 'person'), name='acknowledged_once_per_person'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(models.Value(1), condition=models.Q(('ended_at__isnull', True)), name='one_open_hold'),
        ),
    ]
