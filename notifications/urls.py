from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.inbox, name="list"),
    path("bell/", views.bell, name="bell"),
    path("<int:pk>/open/", views.open_one, name="open"),
    path("<int:pk>/read/", views.read_one, name="read"),
    path("read/", views.read_all, name="read_all"),
    path("deliveries/", views.deliveries, name="deliveries"),
]
