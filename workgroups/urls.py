"""Addresses of groups, meetings and visits; each family has its block."""

from django.urls import path

from workgroups.views import answers, logs, registers, visits

app_name = "workgroups"

urlpatterns = [
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
    path("visits/<int:pk>/log/", logs.VisitLogStep.as_view(), name="visit-log"),
]
