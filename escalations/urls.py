from django.urls import path, register_converter

from escalations.converters import LevelConverter
from escalations.views import deadline, policies

register_converter(LevelConverter, "level")

app_name = "escalations"

urlpatterns = [
    path("<int:pk>/", deadline.deadline, name="deadline"),
    path("policies/", policies.policies, name="policies"),
    path("policies/<str:purpose>/<level:level>/", policies.policy, name="policy"),
]
