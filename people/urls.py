from django.urls import path

from people import views

app_name = "people"

urlpatterns = [path("preferences/", views.preferences, name="preferences")]
