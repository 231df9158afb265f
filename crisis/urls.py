from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("incidents/", include("incidents.urls")),
    path("admin/", admin.site.urls),
]

if settings.DEBUG or settings.TESTING:
    from crisis.style_page import style_page

    urlpatterns.append(path("style/", style_page, name="style"))
