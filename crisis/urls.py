from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from crisis import live
from crisis.api import api
from crisis.desk import desk

admin.site.site_header = admin.site.site_title = _("Crisis Desk administration")
admin.site.index_title = _("What can be set here")

# One door: the throttled login of everybody; who is signed in and no administrator gets 403.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", desk, name="desk"),
    path("accounts/", include("allauth.urls")),
    path("people/", include("people.urls")),
    path("incidents/", include("incidents.urls")),
    path("responses/", include("responses.urls")),
    path("post-mortems/", include("postmortems.urls")),
    path("readiness/", include("readiness.urls")),
    path("api/v1/", api.urls),
    path("monitoring/", include("monitoring.urls")),
    path("notifications/", include("notifications.urls")),
    path("live/me/", live.me, name="live-me"),
    path("live/incidents/<int:pk>/", live.incident, name="live-incident"),
    path("admin/", admin.site.urls),
]

if settings.DEBUG or settings.TESTING:
    from crisis.style_page import style_page

    urlpatterns.append(path("style/", style_page, name="style"))
