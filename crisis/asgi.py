import logging
import os

from django.core.asgi import get_asgi_application

from crisis.log_redaction import RedactLinks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisis.settings")
os.environ.setdefault("DATABASE_POOL_SIZE", "10")

# The web server writes its access log by itself, before Django's settings are read.
logging.getLogger("uvicorn.access").addFilter(RedactLinks())

application = get_asgi_application()
