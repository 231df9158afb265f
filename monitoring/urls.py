from django.urls import path

from monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("", views.mentions, name="mentions"),
    path("mentions/<int:pk>/correct/", views.correct, name="correct"),
    path("mentions/<int:pk>/take-back/", views.take_back_correction, name="take_back_correction"),
    path("estimates/", views.estimates, name="estimates"),
    path("estimates/<int:pk>/", views.switch_own_head, name="switch_own_head"),
    path("imports/", views.imports, name="imports"),
    path("imports/<int:pk>/", views.import_run, name="import"),
    path("imports/<int:pk>/preview/", views.preview, name="preview"),
    path("imports/<int:pk>/cancel/", views.cancel_import, name="cancel"),
    path("imports/<int:pk>/undo/", views.undo_import, name="undo"),
    path("imports/<int:pk>/move/", views.move_import, name="move"),
    path("imports/<int:pk>/rejected.csv", views.listed_rows, {"which": "rejected"}, name="rejected"),
    path("imports/<int:pk>/repaired.csv", views.listed_rows, {"which": "repaired"}, name="repaired"),
    path("imports/<int:pk>/retry/", views.retry_import, name="retry"),
    path("early-warning/", views.early_warning, name="early_warning"),
    path("early-warning/<int:pk>/", views.sensitivity, name="sensitivity"),
    path("early-warning/<int:pk>/<str:sensitivity>/", views.stored_past, name="stored_past"),
    path("signals/", views.signals, name="signals"),
    path("signals/<int:pk>/", views.signal, name="signal"),
    path("signals/<int:pk>/dismiss/", views.dismiss_signal, name="dismiss"),
    path("signals/<int:pk>/open/", views.open_signal, name="open"),
]
