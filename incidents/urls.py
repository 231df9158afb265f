from django.urls import path

from incidents.views import changes, escalation, lists, people, room, standdown, work

app_name = "incidents"

urlpatterns = [
    path("", lists.incident_list, name="list"),
    path("new/", lists.log, name="log"),
    path("<int:pk>/", room.room, name="room"),
    path("<int:pk>/timeline/", room.timeline, name="timeline"),
    path("<int:pk>/escalation/", escalation.escalation, name="escalation"),
    path("<int:pk>/acknowledge/", changes.acknowledge, name="acknowledge"),
    path("<int:pk>/triage/", changes.triage, name="triage"),
    path("<int:pk>/activate/", changes.activate, name="activate"),
    path("<int:pk>/situation/", changes.situation, name="situation"),
    path("<int:pk>/sitrep/", changes.sitrep, name="sitrep"),
    path("playbooks/<slug:slug>/review/", changes.review_playbook, name="review_playbook"),
    path("<int:pk>/strategy/", changes.strategy, name="strategy"),
    path("<int:pk>/no-response/", changes.no_response, name="no_response"),
    path("<int:pk>/dismiss/", changes.dismiss, name="dismiss"),
    path("<int:pk>/people/", people.people, name="people"),
    path("<int:pk>/members/", people.members, name="members"),
    path("roles/<int:pk>/accept/", people.accept, name="accept_role"),
    path("roles/<int:pk>/decline/", people.decline, name="decline_role"),
    path("roles/<int:pk>/hand-over/", people.hand_over, name="hand_over_role"),
    path("<int:pk>/tasks/new/", work.add_task, name="add_task"),
    path("tasks/<int:pk>/settle/", work.settle_task, name="settle_task"),
    path("<int:pk>/stakeholders/new/", work.add_stakeholder, name="add_stakeholder"),
    path("stakeholders/<int:pk>/notify/", work.notify, name="notify_stakeholder"),
    path("stakeholders/<int:pk>/skip/", work.skip, name="skip_stakeholder"),
    path("<int:pk>/department/", work.department, name="department"),
    path("<int:pk>/stand-down/", standdown.gate, name="stand_down"),
    path("<int:pk>/monitoring/", standdown.monitoring, name="monitoring"),
    path("<int:pk>/flare-up/", standdown.flare_up, name="flare_up"),
    path("<int:pk>/sign/", standdown.sign, name="sign"),
    path("<int:pk>/waive/<slug:check>/", standdown.waive, name="waive"),
    path("<int:pk>/close/", standdown.close, name="close"),
    path("<int:pk>/reopen/", standdown.reopen, name="reopen"),
]
