"""Who works at the fictional company. Six of them can log in; their colleagues cannot (no password)."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db.models.functions import Now

from demo.supervisor import PASSWORD
from notifications.models import ContactPoint
from people.models import CrisisRole, SiteRole, User

_R, _S = CrisisRole, SiteRole
# e-mail name, name, site role, capacities, department, time zone
WHO_LOG_IN: tuple[tuple[str, str, SiteRole, list[CrisisRole], str, str], ...] = (
    ("alice", "Alice Arslan", _S.COMMUNICATOR, [], "Communications", "Europe/Istanbul"),
    ("bob", "Bob Baran", _S.APPROVER, [_R.COMMS_LEAD], "Communications", "Europe/Warsaw"),
    ("carol", "Carol Cieślak", _S.APPROVER, [_R.LEGAL], "Legal", "Europe/Warsaw"),
    ("dave", "Dave Deng", _S.APPROVER, [_R.EXECUTIVE], "Board", "Asia/Shanghai"),
    ("erin", "Erin Evans", _S.READER, [], "Internal audit", "Europe/London"),
    ("admin", "Ada Admin", _S.ADMINISTRATOR, [], "IT", "UTC"),
)
COLLEAGUES: tuple[tuple[str, str, SiteRole, list[CrisisRole], str, str], ...] = (
    ("nadia", "Nadia Haddad", _S.APPROVER, [_R.COMMS_LEAD], "Communications", "Europe/Istanbul"),
    ("liwei", "Li Wei", _S.APPROVER, [_R.LEGAL], "Legal", "Asia/Shanghai"),
    ("mert", "Mert Aydın", _S.COMMUNICATOR, [], "Listening", "Europe/Istanbul"),
    ("zofia", "Zofia Wrona", _S.COMMUNICATOR, [], "Social media", "Europe/Warsaw"),
    ("deniz", "Deniz Yılmaz", _S.COMMUNICATOR, [], "Customer care", "Europe/Istanbul"),
    ("jonas", "Jonas Lind", _S.COMMUNICATOR, [], "Operations control", "Europe/Stockholm"),
    ("marta", "Marta Kowal", _S.COMMUNICATOR, [], "Internal communications", "Europe/Warsaw"),
    ("ines", "Ines Duarte", _S.APPROVER, [_R.EXECUTIVE], "Board", "Europe/Lisbon"),
)

NEVER_VERIFIED = "jonas"

People = dict[str, User]


def make_people() -> People:
    """Everybody, by the first part of the e-mail address. Those who exist already stay as they are."""
    found: People = {}
    password = make_password(PASSWORD)  # once: hashing is slow on purpose
    for people, logs_in in ((WHO_LOG_IN, True), (COLLEAGUES, False)):
        for key, name, role, capacities, department, zone in people:
            email = f"{key}@example.com"
            person = User.objects.filter(email=email).first() or User.objects.create_user(
                email,
                name=name,
                site_role=role,
                capacities=list(capacities),
                department=department,
                time_zone=zone,
            )
            if logs_in and not person.has_usable_password():
                person.password = password
                person.save(update_fields=["password"])
            found[key] = person
    _verify_addresses(found)
    return found


def _verify_addresses(people: People) -> None:
    """All but one have typed in the code that their address was sent; the readiness page names the one."""
    verified = [person for key, person in people.items() if key != NEVER_VERIFIED]
    logins = ContactPoint.objects.filter(person__in=verified, is_login=True, verified_at__isnull=True)
    logins.update(verified_at=Now())
