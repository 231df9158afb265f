from allauth.account.decorators import secure_admin_login
from allauth.account.urls import urlpatterns as account_pages
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from crisis import live
from crisis.api import api
from desk.views import desk
from escalations.views.link import acknowledge_link
from operations import views as engine_page
from operations.metrics import metrics

admin.site.site_header = admin.site.site_title = _("Crisis Desk administration")
admin.site.index_title = _("Site administration")

# One door: the throttled login of everybody; who is signed in and no administrator gets 403.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Signing in and out and the password. An address is who somebody is here, and where alerts go: administrators set it.
ENTRANCE = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",  # closed (people.adapter); mail to unknown addresses names it
    "account_reauthenticate",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

urlpatterns = [
    path("", desk, name="desk"),
    path("accounts/", include([page for page in account_pages if page.name in ENTRANCE])),
    path("people/", include("people.urls")),
    path("incidents/", include("incidents.urls")),
    path("responses/", include("responses.urls")),
    path("post-mortems/", include("postmortems.urls")),
    path("readiness/", include("readiness.urls")),
    path("api/v1/", api.urls),
    path("monitoring/", include("monitoring.urls")),
    path("notifications/", include("notifications.urls")),
    path("escalations/", include("escalations.urls")),
    path("a/<str:token>/", acknowledge_link, name="acknowledge-link"),  # short: it stands in text messages
    path("live/me/", live.me, name="live-me"),
    path("live/incidents/<int:pk>/", live.incident, name="live-incident"),
    path("engine/", engine_page.engine, name="engine"),
    path("engine/release/", engine_page.release_hold, name="engine-release"),
    path("engine/found/<int:pk>/", engine_page.settle_violation, name="engine-settle"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
]

if settings.DEBUG or settings.TESTING:
    from desk.style_page import style_page

    urlpatterns.append(path("style/", style_page, name="style"))
