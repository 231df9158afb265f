from django.urls import path

from responses.views import cases, claims, deciding, drafts, publishing

app_name = "responses"
urlpatterns = [
    path("", deciding.approvals, name="approvals"),
    path("incidents/<int:incident_pk>/", drafts.incident_responses, name="list"),
    path("incidents/<int:incident_pk>/new/", drafts.new, name="new"),
    path("incidents/<int:incident_pk>/claims/", claims.claims, name="claims"),
    path("incidents/<int:incident_pk>/cases/", cases.cases, name="cases"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("cases/<int:pk>/", cases.case_step, name="case_step"),
    path("<int:pk>/", drafts.draft, name="draft"),
    path("<int:pk>/edit/", drafts.edit, name="edit"),
    path("<int:pk>/revisions/<int:number>/", drafts.revision, name="revision"),
    path("<int:pk>/submit/", drafts.submit, name="submit"),
    path("<int:pk>/take-back/", drafts.take_back, name="take_back"),
    path("<int:pk>/approve/", deciding.approve, name="approve"),
    path("<int:pk>/publish/", publishing.publish, name="publish"),
    path("<int:pk>/correct/", publishing.correct, name="correct"),
    path("<int:pk>/withdraw/", publishing.withdraw, name="withdraw"),
]
