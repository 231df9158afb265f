from django.urls import path

from monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("", views.mentions, name="mentions"),
    path("imports/", views.imports, name="imports"),
    path("imports/<int:pk>/", views.import_run, name="import"),
    path("imports/<int:pk>/rejected.csv", views.rejected_rows, name="rejected"),
    path("imports/<int:pk>/retry/", views.retry_import, name="retry"),
    path("signals/", views.signals, name="signals"),
    path("signals/<int:pk>/", views.signal, name="signal"),
    path("signals/<int:pk>/dismiss/", views.dismiss_signal, name="dismiss"),
    path("signals/<int:pk>/open/", views.open_signal, name="open"),
]
