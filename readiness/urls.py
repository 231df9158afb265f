from django.urls import path

from readiness.views import calendars, overview, planning, rotations, swaps

app_name = "readiness"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("gaps/", overview.gaps, name="gaps"),
    path("playbooks/", overview.playbooks, name="playbooks"),
    path("playbooks/<slug:slug>/", overview.playbook, name="playbook"),
    path("duty/", planning.duty, name="duty"),
    path("duty/new/", planning.new_shift, name="new_shift"),
    path("duty/<int:pk>/remove/", planning.remove_shift, name="remove_shift"),
    path("duty/<int:pk>/give/", planning.give, name="give"),
    path("roles/<str:code>/", planning.role, name="role"),
    path("rotations/new/", rotations.new, name="new_rotation"),
    path("rotations/<int:pk>/", rotations.change, name="rotation"),
    path("rotations/<int:pk>/end/", rotations.end, name="end_rotation"),
    path("my-duty/", swaps.mine, name="mine"),
    path("my-duty/<int:pk>/offer/", swaps.offer, name="offer_swap"),
    path("my-duty/calendar/renew/", swaps.renew_calendar, name="renew_calendar"),
    path("swaps/<int:pk>/", swaps.swap, name="swap"),
    path("calendar/<slug:key>/duty.ics", calendars.mine, name="calendar_mine"),
    path("calendar/<slug:key>/<str:code>.ics", calendars.role, name="calendar_role"),
]
