from django.urls import path

from postmortems.views import followup, reading, review, writing

app_name = "postmortems"

urlpatterns = [
    path("", reading.listing, name="list"),
    path("<int:pk>/", reading.detail, name="detail"),
    path("<int:pk>/print/", reading.printable, name="print"),
    path("<int:pk>/pdf/", reading.pdf, name="pdf"),
    path("<int:pk>/edit/<slug:section>/", writing.edit, name="edit"),
    path("<int:pk>/cause/", writing.cause, name="cause"),
    path("<int:pk>/author/", writing.author, name="author"),
    path("<int:pk>/submit/", review.submit, name="submit"),
    path("<int:pk>/take-back/", review.take_back, name="take_back"),
    path("<int:pk>/review/", review.review, name="review"),
    path("<int:pk>/meeting/", review.meeting, name="meeting"),
    path("<int:pk>/close/", review.close, name="close"),
    path("<int:pk>/lessons/new/", followup.new_lesson, name="new_lesson"),
    path("lessons/<int:pk>/", followup.lesson, name="lesson"),
    path("lessons/<int:pk>/remove/", followup.remove_lesson, name="remove_lesson"),
    path("lessons/<int:pk>/<slug:step>/", followup.lesson_step, name="lesson_step"),
    path("<int:pk>/corrective-actions/new/", followup.new_corrective_action, name="new_corrective_action"),
    path("corrective-actions/<int:pk>/", followup.corrective_action, name="corrective_action"),
    path("corrective-actions/<int:pk>/edit/", followup.edit_corrective_action, name="edit_corrective_action"),
    path(
        "corrective-actions/<int:pk>/<slug:step>/",
        followup.corrective_action_step,
        name="corrective_action_step",
    ),
]
