"""Addresses of groups, meetings and visits; each family has its block."""

from django.urls import path

from workgroups.views import (
    answers,
    changed,
    dates,
    group_steps,
    groups,
    leading,
    logs,
    meeting_plan,
    meetings,
    places,
    registers,
    replacing,
    support,
    visits,
    waiting,
    writing,
)

app_name = "workgroups"

urlpatterns = [
    # Groups
    path("", groups.GroupList.as_view(), name="group-list"),
    path("new/", group_steps.GroupCreate.as_view(), name="group-create"),
    path("<int:pk>/", groups.GroupDetail.as_view(), name="group-detail"),
    path("<int:pk>/schools/", groups.GroupSchools.as_view(), name="group-schools"),
    path("<int:pk>/meetings/", groups.GroupMeetings.as_view(), name="group-meetings"),
    path("<int:pk>/visits/", groups.GroupVisits.as_view(), name="group-visits"),
    path("<int:pk>/reminders/", groups.GroupNotices.as_view(), name="group-notices"),
    path("<int:pk>/history/", groups.GroupHistory.as_view(), name="group-history"),
    path("<int:pk>/place/", places.PlaceAdd.as_view(), name="place-add"),
    path("<int:pk>/write/", writing.group_write, name="group-write"),
    path("<int:pk>/start/", group_steps.GroupStart.as_view(), name="group-start"),
    path("<int:pk>/complete/", group_steps.GroupComplete.as_view(), name="group-complete"),
    path("<int:pk>/cancel/", group_steps.GroupCancel.as_view(), name="group-cancel"),
    path("schools-changed/", changed.ChangedList.as_view(), name="changed-list"),
    path("schools-changed/<int:pk>/", changed.ChangedSchool.as_view(), name="changed-school"),
    path("schools-changed/<int:pk>/move/", changed.changed_move, name="changed-move"),
    path(
        "schools-changed/<int:pk>/choose/<int:goes_on>/<int:ends>/",
        changed.ChangedChoose.as_view(),
        name="changed-choose",
    ),
    path("schools-changed/<int:pk>/end/", changed.ChangedEnd.as_view(), name="changed-end"),
    path("places/waiting/", waiting.WaitingList.as_view(), name="place-waiting"),
    path("places/<int:pk>/remove/", places.PlaceRemove.as_view(), name="place-remove"),
    path("enrolments/<int:pk>/support/", support.EnrolmentSupport.as_view(), name="enrolment-support"),
    path("enrolments/<int:pk>/place/", places.EnrolmentPlace.as_view(), name="enrolment-place"),
    path("<int:pk>/leader/", leading.LeaderChangeStep.as_view(), name="leader-change"),
    path("<int:pk>/leader/take-back/", leading.leader_change_take_back, name="leader-change-take-back"),
    path("<int:pk>/co-leaders/", leading.CoLeaders.as_view(), name="co-leaders"),
    path("co-leaders/<int:pk>/end/", leading.co_leader_end, name="co-leader-end"),
    path("leaders/<int:pk>/end/", leading.LeaderEnd.as_view(), name="leader-end"),
    path("schools/<int:pk>/", groups.SchoolGroups.as_view(), name="school-groups"),
    # People change
    path("people/<int:pk>/replace/", replacing.PersonReplace.as_view(), name="person-replace"),
    path("replacements/", replacing.ReplacementList.as_view(), name="replacement-list"),
    path("replacements/<int:pk>/", replacing.ReplacementDetail.as_view(), name="replacement-detail"),
    path("replacements/<int:pk>/take-back/", replacing.ReplacementTakeBack.as_view(), name="replacement-take-back"),
    path("schools/<int:pk>/dates/", dates.SchoolDates.as_view(), name="school-dates"),
    path("places/<int:pk>/dates/", dates.dates_accept, name="dates-accept"),
    # Meetings
    path("<int:pk>/plan/", meeting_plan.MeetingPlan.as_view(), name="meeting-plan"),
    path("meetings/", meetings.MeetingList.as_view(), name="meeting-list"),
    path("meetings/<int:pk>/", meetings.MeetingDetail.as_view(), name="meeting-detail"),
    path("meetings/<int:pk>/move/", meetings.MeetingMove.as_view(), name="meeting-move"),
    path("meetings/<int:pk>/cancel/", meetings.MeetingCancel.as_view(), name="meeting-cancel"),
    path("meetings/<int:pk>/bring-back/", meetings.meeting_bring_back, name="meeting-bring-back"),
    path("meetings/<int:pk>/write/", writing.meeting_write, name="meeting-write"),
    path("meetings/<int:pk>/place/", meetings.MeetingPlace.as_view(), name="meeting-place"),
    # Answers and registers
    path("answer/<str:token>/", answers.MeetingAnswer.as_view(), name="meeting-answer"),
    path("meetings/<int:pk>/register/", registers.meeting_register, name="meeting-register"),
    path("meetings/<int:pk>/register/save/", registers.register_save, name="register-save"),
    path("meetings/<int:pk>/register/mark/", registers.meeting_mark, name="meeting-mark"),
    # Visits
    path("visits/", visits.VisitList.as_view(), name="visit-list"),
    path("visits/<int:pk>/", visits.VisitDetail.as_view(), name="visit-detail"),
    path("visits/<int:pk>/book/", visits.VisitBook.as_view(), name="visit-book"),
    path("visits/<int:pk>/cancel-booking/", visits.VisitCancelBooking.as_view(), name="visit-cancel-booking"),
    path("visits/<int:pk>/drop/", visits.VisitDrop.as_view(), name="visit-drop"),
    path("visits/<int:pk>/log/", logs.VisitLogStep.as_view(), name="visit-log"),
]
