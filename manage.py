#!/usr/bin/env python3
"""Commands of Crisis Desk; without DATABASE_URL and REDIS_URL they use the embedded servers under var/."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEMO_ENVIRONMENT = Path(os.environ.get("VAR_DIR") or HERE / "var") / "demo.env"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisis.settings")
    import environ
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from demo import embedded

    # Where nothing but the demo was ever set up, a command means the demo.
    if not (os.environ.keys() & {"SECRET_KEY", "DEBUG", "DEMO"} or (HERE / ".env").exists()):
        environ.Env.read_env(DEMO_ENVIRONMENT)
    try:
        from crisis import settings

        embedded.start_for_command(settings.SERVICES_DIR, sys.argv)
    except (ImproperlyConfigured, embedded.EmbeddedError) as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
