"""Who is told of what concerns the site itself: administrators who are there, and nobody else."""

from __future__ import annotations

import pytest

from people.models import administrators
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_active_administrators_and_nobody_else(admin, alice, bob):
    UserFactory(site_role="administrator", is_active=False)
    assert administrators() == [admin]
