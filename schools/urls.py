"""Addresses under /schools/: schools, people, roles, hubs, what the top bar chooses, imports."""

from django.urls import path

from schools.views import hubs, imports, people, roles, schools, successors

app_name = "schools"

urlpatterns = [
    path("imports/", imports.ImportList.as_view(), name="import-list"),
    path("imports/<int:pk>/", imports.ImportDetail.as_view(), name="import-detail"),
    path("", schools.SchoolList.as_view(), name="school-list"),
    path("<int:pk>/", schools.SchoolDetail.as_view(), name="school-detail"),
    path("<int:pk>/people/", schools.SchoolPeople.as_view(), name="school-people"),
    path("<int:pk>/history/", schools.SchoolHistory.as_view(), name="school-history"),
    path("<int:pk>/hub/", schools.SchoolHub.as_view(), name="school-hub"),
    path("<int:pk>/became/", successors.SchoolSuccessor.as_view(), name="school-successor"),
    path("moves/<int:pk>/take-back/", schools.hub_move_take_back, name="hub-move-take-back"),
    path("people/", people.PersonList.as_view(), name="person-list"),
    path("people/invite/", roles.PersonInvite.as_view(), name="person-create"),
    path("people/<int:pk>/", people.PersonDetail.as_view(), name="person-detail"),
    path("people/<int:pk>/edit/", people.PersonEdit.as_view(), name="person-edit"),
    path("people/<int:pk>/invite-again/", people.person_invite_again, name="person-invite-again"),
    path("people/<int:pk>/roles/", roles.RoleGrant.as_view(), name="role-grant"),
    path("people/<int:pk>/look-as/", people.view_as, name="view-as"),
    path("roles/<int:pk>/end/", roles.RoleEnd.as_view(), name="role-end"),
    path("look-as/stop/", people.view_as_stop, name="view-as-stop"),
    path("hubs/<int:pk>/", hubs.HubDetail.as_view(), name="hub-detail"),
    path("hubs/<int:pk>/email/", hubs.HubEmail.as_view(), name="hub-email"),
    path("year/", hubs.year_choose, name="year-choose"),
    path("hub/", hubs.hub_choose, name="hub-choose"),
]
