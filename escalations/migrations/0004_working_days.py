from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalations', '0003_repeats_acknowledgements_holds'),
    ]

    operations = [
        migrations.AddField(
            model_name='policy',
            name='working_days',
            field=models.BooleanField(default=False, help_text='Saturdays and Sundays do not count; 1440 minutes are one working day. Public holidays are not known.', verbose_name='working days only'),
        ),
    ]
