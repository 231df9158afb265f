from django.urls import path

from readiness import views

app_name = "readiness"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("duty/", views.duty, name="duty"),
    path("duty/new/", views.new_shift, name="new_shift"),
    path("duty/<int:pk>/remove/", views.remove_shift, name="remove_shift"),
    path("playbooks/", views.playbooks, name="playbooks"),
    path("playbooks/<slug:slug>/", views.playbook, name="playbook"),
]
