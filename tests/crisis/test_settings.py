"""Settings come from the environment, and production refuses to start without its secrets."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "SECRET_KEY": "long-enough-and-only-for-this-test-" * 2,
    "DATABASE_URL": "postgres://crisis@127.0.0.1:1/crisis",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def manage(tmp_path: Path, *arguments: str, **named: str) -> subprocess.CompletedProcess[str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={**clean, "VAR_DIR": str(tmp_path / "var"), **named},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", [["SECRET_KEY"], ["DATABASE_URL"], ["REDIS_URL"], list(SECRETS)])
def test_production_names_what_is_missing_in_one_sentence(tmp_path: Path, missing: list[str]) -> None:
    given = {name: value for name, value in SECRETS.items() if name not in missing}
    refused = manage(tmp_path, "check", **given)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Not set: {', '.join(missing)}.")
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "var").exists()


def test_production_starts_with_its_secrets_and_passes_deploy_check(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **SECRETS)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("mode", ["DEBUG", "DEMO"])
def test_development_needs_no_secrets_and_help_no_server(tmp_path: Path, mode: str) -> None:
    done = manage(tmp_path, "migrate", "--help", **{mode: "true"})
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "var").exists()


def test_the_demo_answers_to_loopback_names_alone(tmp_path: Path) -> None:
    show = "from django.conf import settings; print(settings.ALLOWED_HOSTS)"
    done = manage(tmp_path, "shell", "-v", "0", "-c", show, **SECRETS, DEMO="true", ALLOWED_HOSTS="*")
    assert done.stdout.strip() == "['localhost', '127.0.0.1', '[::1]']", done.stderr


def test_the_example_names_every_setting_and_no_other() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "crisis" / "settings.py").read_text()))
    read |= set(SECRETS)
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == read - {"TESTING", "PYTEST_XDIST_WORKER", "FAILPOINT"}  # for tests alone


def test_the_lock_names_no_index_and_no_path() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text
        assert not re.search(r"^-", text, re.MULTILINE)
        pinned = re.findall(r"^[a-z].*==.* \\\n    --hash=sha256:", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 50
