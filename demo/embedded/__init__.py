"""PostgreSQL and Redis from Python wheels, for trying the product out and for its tests.

They are used where DATABASE_URL or REDIS_URL is not set, keep their data in one directory and listen on
Unix sockets alone. Nothing here is needed where both URLs are set.
"""

from demo.embedded.programs import EmbeddedError
from demo.embedded.servers import (
    Servers,
    configured_servers,
    database_url,
    redis_url,
    start_for_command,
)

__all__ = ["EmbeddedError", "Servers", "configured_servers", "database_url", "redis_url", "start_for_command"]
