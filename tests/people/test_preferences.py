import pytest
from django.test import Client

from people.models import User

pytestmark = [pytest.mark.calendar, pytest.mark.django_db]


@pytest.fixture
def zoe(client: Client) -> User:
    user = User.objects.create_user("zoe@example.com", "crisis-demo", name="Zoe Zo")
    client.force_login(user)
    return user


def test_pages_speak_the_chosen_language_and_zone(client: Client, zoe: User) -> None:
    answer = client.post(
        "/people/preferences/", {"name": "Zoe Zo", "language": "pl", "time_zone": "Europe/Warsaw"}
    )
    assert answer.status_code == 302
    zoe.refresh_from_db()
    assert (zoe.language, zoe.time_zone) == ("pl", "Europe/Warsaw")
    page = client.get("/people/preferences/").content.decode()
    assert '<html lang="pl">' in page
    assert "Europe/Warsaw" in page


@pytest.mark.parametrize(
    "wrong", [{"language": "xx"}, {"name": " "}, {"time_zone": "Mars/Olympus"}, {"time_zone": ""}]
)
def test_unknown_language_or_zone_is_refused(client: Client, zoe: User, wrong: dict[str, str]) -> None:
    answer = client.post(
        "/people/preferences/", {"name": "Zoe Zo", "language": "pl", "time_zone": "Europe/Warsaw"} | wrong
    )
    assert answer.status_code == 422
    zoe.refresh_from_db()
    assert (zoe.language, zoe.time_zone) == ("en", "UTC")


def test_a_zone_outside_the_list_is_kept(client: Client, zoe: User) -> None:
    User.objects.filter(pk=zoe.pk).update(time_zone="EST5EDT")
    assert (
        client.post(
            "/people/preferences/", {"name": "Zoe", "language": "en", "time_zone": "EST5EDT"}
        ).status_code
        == 302
    )


def test_nobody_gives_themselves_a_role(client: Client, zoe: User) -> None:
    wish = {
        "name": "Zoe",
        "language": "en",
        "time_zone": "UTC",
        "site_role": "administrator",
        "capacities": '["LG"]',
    }
    client.post("/people/preferences/", wish | {"email": "boss@example.com", "is_active": "true"})
    zoe.refresh_from_db()
    assert (zoe.name, zoe.site_role, zoe.capacities, zoe.email) == ("Zoe", "reader", [], "zoe@example.com")


def test_zones_are_grouped_by_region_and_name_their_offset(client: Client, zoe: User) -> None:
    page = client.get("/people/preferences/").content.decode()
    assert '<optgroup label="Europe">' in page
    assert "Istanbul (UTC+03:00)" in page


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/people/preferences/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_the_password_is_changed_with_the_old_one_only(client: Client, zoe: User) -> None:
    facts = {"password1": "a-much-longer-secret-9", "password2": "a-much-longer-secret-9"}
    assert client.post("/accounts/password/change/", {"oldpassword": "wrong", **facts}).status_code == 200
    zoe.refresh_from_db()
    assert zoe.check_password("crisis-demo")
    assert (
        client.post("/accounts/password/change/", {"oldpassword": "crisis-demo", **facts}).status_code == 302
    )
    zoe.refresh_from_db()
    assert zoe.check_password("a-much-longer-secret-9")
    assert client.get("/people/preferences/").status_code == 302  # signed out everywhere
