"""Everybody gets an e-mail contact point with the address with which they log in; mail so far went there."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

from notifications.encryption import seal


def add_login_addresses(apps, schema_editor):
    ContactPoint = apps.get_model("notifications", "ContactPoint")
    people = apps.get_model("people", "User").objects.filter(contact_points__isnull=True)
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(person=person, kind="email", is_login=True, sealed=seal({"address": person.email}))
            for person in people.iterator()
        ],
        batch_size=500,
    )
    Delivery = apps.get_model("notifications", "Delivery")
    login = ContactPoint.objects.filter(person=OuterRef("person"), is_login=True).values("pk")
    Delivery.objects.filter(channel="email", contact__isnull=True).update(contact=Subquery(login))


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_contact_points")]
    operations = [migrations.RunPython(add_login_addresses, migrations.RunPython.noop)]
