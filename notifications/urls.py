from django.urls import path

from notifications import contact_views, views

app_name = "notifications"

urlpatterns = [
    path("", views.inbox, name="list"),
    path("bell/", views.bell, name="bell"),
    path("<int:pk>/open/", views.open_one, name="open"),
    path("<int:pk>/read/", views.read_one, name="read"),
    path("read/", views.read_all, name="read_all"),
    path("contacts/", contact_views.contacts, name="contacts"),
    path("contacts/new/<slug:kind>/", contact_views.add, name="add_contact"),
    path("contacts/<int:pk>/", contact_views.edit, name="edit_contact"),
    path("contacts/<int:pk>/code/", contact_views.send_code, name="send_code"),
    path("contacts/<int:pk>/confirm/", contact_views.confirm, name="confirm"),
    path("contacts/<int:pk>/remove/", contact_views.remove, name="remove_contact"),
    path("hours/", contact_views.hours, name="hours"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/retry/", views.retry, name="retry"),
    path("deliveries/<int:pk>/now/", views.try_now, name="try_now"),
]
