import pytest
from django.test import Client

from people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def zoe(client: Client) -> User:
    user = User.objects.create_user("zoe@example.com", "crisis-demo", name="Zoe Zo")
    client.force_login(user)
    return user


def test_pages_speak_the_chosen_language_and_zone(client: Client, zoe: User) -> None:
    answer = client.post("/people/me/", {"language": "pl", "time_zone": "Europe/Warsaw"})
    assert answer.status_code == 302
    zoe.refresh_from_db()
    assert (zoe.language, zoe.time_zone) == ("pl", "Europe/Warsaw")
    page = client.get("/people/me/").content.decode()
    assert '<html lang="pl">' in page
    assert "Europe/Warsaw" in page


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"time_zone": ""}])
def test_unknown_language_or_zone_is_refused(client: Client, zoe: User, wrong: dict[str, str]) -> None:
    answer = client.post("/people/me/", {"language": "pl", "time_zone": "Europe/Warsaw"} | wrong)
    assert answer.status_code == 200
    zoe.refresh_from_db()
    assert (zoe.language, zoe.time_zone) == ("en", "UTC")


def test_a_zone_outside_the_list_is_kept(client: Client, zoe: User) -> None:
    User.objects.filter(pk=zoe.pk).update(time_zone="EST5EDT")
    assert client.post("/people/me/", {"language": "en", "time_zone": "EST5EDT"}).status_code == 302


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/people/me/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
