"""A delivery channel is a folder: every one is complete, and a new one alone makes a usable channel."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.urls import reverse

from common.templatetags.ui import icon
from journal import entry_kinds
from journal.models import Entry
from notifications import channels
from notifications.channels import all_channels, errors
from notifications.channels.contact_form import ContactForm
from notifications.delivery import deliver_pending
from notifications.models import ContactPoint, Delivery
from notifications.models.choices import channel_labels
from tests.notifications.test_channels import MESSAGE
from tests.notifications.test_contacts import GOOD, form_of

pytestmark = pytest.mark.django_db

HERE = Path(channels.__file__).parent
FOLDERS = sorted(path.parent.name for path in HERE.glob("*/__init__.py"))


def test_every_folder_is_a_channel_and_there_are_nine():
    shown = ["email", "slack", "teams", "mattermost", "telegram", "discord", "ntfy", "sms", "webhook"]
    assert list(all_channels()) == shown
    assert sorted(shown) == FOLDERS
    assert GOOD.keys() == set(FOLDERS), "each has an example by which its form is tested"


@pytest.mark.parametrize("kind", FOLDERS)
def test_every_folder_has_form_masking_and_sender(kind):
    channel = all_channels()[kind]
    assert (HERE / kind / "form.py").exists()
    assert (HERE / kind / "sender.py").exists()
    assert issubclass(channel.form, ContactForm)
    assert channel.form.__module__ == f"notifications.channels.{kind}.form"
    assert channel.send.__module__ == f"notifications.channels.{kind}.sender"
    assert str(channel.label)
    assert "<svg" in icon(channel.icon)
    assert len(kind) <= ContactPoint._meta.get_field("kind").max_length


@pytest.mark.parametrize("kind", FOLDERS)
def test_where_a_channel_leads_is_said_without_its_secrets(kind):
    form = form_of(kind, GOOD[kind])
    assert form.is_valid(), form.errors
    config = form.cleaned_data["config"]
    where = all_channels()[kind].where(config)
    assert where
    for field, part in form.secrets.items():
        assert not GOOD[kind][field] or GOOD[kind][field] not in where
        assert not config[part] or config[part] not in where


PIGEON = {
    "__init__.py": """
        from notifications.channels.config import masked
        from notifications.channels.declaration import DeliveryChannel
        from notifications.channels.pigeon.form import PigeonForm
        from notifications.channels.pigeon.sender import send

        CHANNEL = DeliveryChannel(
            label="Carrier pigeon",
            icon="bird",
            position=15,
            form=PigeonForm,
            where=lambda config: f"{config['loft']} {masked(config['ring'])}",
            send=send,
        )
    """,
    "form.py": """
        from django import forms

        from notifications.channels.contact_form import ContactForm, secret_field

        class PigeonForm(ContactForm):
            secrets = {"ring": "ring"}
            loft = forms.CharField()
            ring = secret_field("Ring")
    """,
    "sender.py": """
        sent = []

        def send(config, message):
            sent.append((config, message))
    """,
}


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(re.sub("^ {8}", "", text, flags=re.M))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """folder(files) adds a folder "pigeon" beside the others, as though the site had been started with it."""

    def add(files: dict[str, str]) -> None:
        write(tmp_path / "pigeon", files)
        monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
        all_channels.cache_clear()

    yield add
    all_channels.cache_clear()
    for name in [name for name in sys.modules if name.startswith("notifications.channels.pigeon")]:
        del sys.modules[name]


def test_a_new_folder_alone_is_a_channel_that_people_can_use(folder, client, bob, admin, alert):
    folder(PIGEON)
    assert list(all_channels())[:3] == ["email", "pigeon", "slack"]
    bob.contact_points.update(urgencies=["later"])
    client.force_login(bob)
    contacts = reverse("notifications:contacts")
    assert "Carrier pigeon" in client.get(contacts).content.decode()
    entered = {"loft": "Berlin 7", "ring": "DV-0415-12-1066", "urgencies": ["now"]}
    client.post(reverse("notifications:add_contact", args=["pigeon"]), entered)
    from notifications.channels.pigeon.sender import sent

    contact = ContactPoint.objects.get(kind="pigeon")
    code = re.search(r"\d{6}", sent[0][1].sms)[0]
    client.post(reverse("notifications:confirm", args=[contact.pk]), {"code": code})
    page = client.get(contacts).content.decode()
    assert "Berlin 7 ••••1066" in page
    assert "DV-0415" not in page

    entry = alert()
    deliver_pending()
    row = Delivery.objects.get(entry=entry, channel="pigeon")
    assert (row.state, row.channel_label, len(sent)) == ("sent", "Carrier pigeon", 2)
    assert sent[1][0] == {"loft": "Berlin 7", "ring": "DV-0415-12-1066"}
    client.force_login(admin)
    page = client.get(reverse("notifications:deliveries"), {"channel": "pigeon"}).content.decode()
    assert page.count("Carrier pigeon") > 1, "in the filter and in the list"


def test_new_channel_folder_is_named_in_the_journal_at_once(folder, bob):
    folder(PIGEON)
    entry_kinds.declare_labels("channel", channel_labels())  # as at the start of the site
    said = Entry(kind="contact.added", actor=bob, data={"channel": "pigeon"}).sentence
    assert "(Carrier pigeon)" in said
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_a_folder_that_declares_nothing_stops_the_start(folder):
    folder({"__init__.py": ""})
    with pytest.raises(ImproperlyConfigured, match="pigeon"):
        all_channels()


def test_channel_without_folder_is_shown_and_takes_no_message(client, bob, reach):
    contact = reach(bob, "telex", number="4711")
    client.force_login(bob)
    assert "telex" in client.get(reverse("notifications:contacts")).content.decode()
    assert client.get(reverse("notifications:edit_contact", args=[contact.pk])).status_code == 200
    assert client.get(reverse("notifications:add_contact", args=["telex"])).status_code == 404
    with pytest.raises(errors.PermanentFailure):
        channels.send("telex", contact.config, MESSAGE)
    client.post(reverse("notifications:remove_contact", args=[contact.pk]))
    assert not ContactPoint.objects.current().filter(kind="telex").exists()
