import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_login_addresses")]
    operations = [
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'in_app'), ('contact__isnull', True)), models.Q(models.Q(('channel', 'in_app'), _negated=True), ('contact__isnull', False)), _connector='OR'), name='delivery_outside_has_contact'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='ended_stays', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{pending:leased,pending:bundled,pending:cancelled,pending:dead,pending:sent,leased:pending,leased:sent,leased:dead,leased:uncertain,leased:cancelled,bundled:pending,bundled:sent,bundled:dead,bundled:uncertain,bundled:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='04a1b8b46bafa02db08669eb6753fff5ee1d5c64', operation='UPDATE', pgid='pgtrigger_ended_stays_55c4b', table='notifications_delivery', when='BEFORE')),
        ),
    ]
