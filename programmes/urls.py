"""Addresses of programmes, by family of pages."""

from django.urls import path

from programmes.views import (
    bulk,
    copies,
    enrolments,
    express,
    express_links,
    express_person,
    express_programme,
    express_send,
    interest,
    interest_heads,
    journey,
    leaders,
    offer_versions,
    offer_years,
    offers,
    people,
    phases,
    priority,
    questions,
    terms,
    texts,
    waiting,
)
from programmes.views import express_questions as ask

app_name = "programmes"

express_urls = [
    path("express/", express.start, name="express-start"),
    path("express/school/", express.SchoolStep.as_view(), name="express-school"),
    path("express/schools.json", express.school_suggestions, name="express-suggestions"),
    path("express/status/", express_links.status, name="express-status"),
    path("express/confirm/<str:token>/", express_links.head_confirm, name="head-confirm"),
    path("express/confirm/<str:token>/again/", express_links.head_again, name="head-again"),
    path("express/person/", express_person.start, name="express-person"),
    path("express/person/school/", express_person.PersonSchool.as_view(), name="express-person-school"),
    path("express/person/<int:school>/", express_person.PersonProgramme.as_view(), name="express-person-programme"),
    path(
        "express/person/<int:school>/<int:offer>/",
        express_person.PersonAbout.as_view(),
        name="express-person-about",
    ),
    path(
        "express/person/<int:school>/<int:offer>/head/",
        express_person.PersonHead.as_view(),
        name="express-person-head",
    ),
    path(
        "express/person/<int:school>/<int:offer>/check/",
        express_person.PersonCheck.as_view(),
        name="express-person-check",
    ),
    path("express/person/<int:school>/<int:offer>/done/", express_person.done, name="express-person-done"),
    path("express/<slug:draft>/programme/", express_programme.ProgrammeStep.as_view(), name="express-programme"),
    path("express/<slug:draft>/wish/", express_programme.WishStep.as_view(), name="express-wish"),
    path("express/<slug:draft>/contact/", ask.ContactStep.as_view(), name="express-contact"),
    path("express/<slug:draft>/head/", ask.HeadStep.as_view(), name="express-head"),
    path("express/<slug:draft>/head/<int:number>/", ask.HeadStep.as_view(), name="express-head"),
    path("express/<slug:draft>/teachers/<int:number>/", ask.PlaceStep.as_view(), name="express-teachers"),
    path("express/<slug:draft>/teachers/<int:number>/who/", ask.TeacherStep.as_view(), name="express-teacher"),
    path("express/<slug:draft>/lead-role/", ask.LeadRoleStep.as_view(), name="express-lead-role"),
    path("express/<slug:draft>/lead-role/<int:number>/", ask.LeadRoleStep.as_view(), name="express-lead-role"),
    path("express/<slug:draft>/message/", ask.MessageStep.as_view(), name="express-message"),
    path("express/<slug:draft>/agree/", ask.AgreeStep.as_view(), name="express-agree"),
    path("express/<slug:draft>/check/", express_send.CheckStep.as_view(), name="express-check"),
    path("express/<slug:draft>/done/", express_send.done, name="express-done"),
    path("express/question/<str:token>/", questions.question_answer, name="question-answer"),
    path("privacy/", express.privacy, name="privacy"),
]

interest_urls = [
    path("interest/", interest.InterestList.as_view(), name="interest-list"),
    path("priority/", priority.PriorityList.as_view(), name="priority-list"),
    path("priority/fill/", priority.PriorityFill.as_view(), name="priority-fill"),
    path("priority/clear/", priority.PriorityClear.as_view(), name="priority-clear"),
    path("priority/<int:pk>/take-off/", priority.priority_take_off, name="priority-take-off"),
    path("waiting/", waiting.WaitingList.as_view(), name="waiting-list"),
    path("interest/<int:pk>/skip/", waiting.InterestSkip.as_view(), name="interest-skip"),
    path("interest/<int:pk>/propose/", waiting.interest_propose, name="interest-propose"),
    path("interest/<int:pk>/question/", questions.InterestQuestion.as_view(), name="interest-question"),
    path("interest/<int:pk>/answer/", questions.InterestAnswer.as_view(), name="interest-answer"),
    path("interest/<int:pk>/counts/", copies.interest_counts, name="interest-counts"),
    path("interest/many/<slug:step>/", bulk.InterestBulk.as_view(), name="interest-bulk"),
    path("interest/<int:pk>/", interest.InterestDetail.as_view(), name="interest-detail"),
    path("interest/<int:pk>/accept/", interest.InterestAccept.as_view(), name="interest-accept"),
    path("interest/<int:pk>/wait/", interest.InterestWait.as_view(), name="interest-wait"),
    path("interest/<int:pk>/decline/", interest.InterestDecline.as_view(), name="interest-decline"),
    path("interest/<int:pk>/close/", interest.InterestClose.as_view(), name="interest-close"),
    path("interest/<int:pk>/ask-head/", interest_heads.interest_ask_head, name="interest-ask-head"),
    path("interest/<int:pk>/head/", interest_heads.InterestHead.as_view(), name="interest-head"),
]

enrolment_urls = [
    path("schools/<int:pk>/journey/", journey.SchoolJourney.as_view(), name="school-journey"),
    path("people/<int:pk>/programmes/", people.PersonProgrammes.as_view(), name="person-programmes"),
    path("enrolments/<int:pk>/", enrolments.EnrolmentDetail.as_view(), name="enrolment-detail"),
    path("enrolments/<int:pk>/teachers/", enrolments.EnrolmentTeachers.as_view(), name="enrolment-teachers"),
    path("enrolments/<int:pk>/withdraw/", enrolments.EnrolmentWithdraw.as_view(), name="enrolment-withdraw"),
    path("enrolments/<int:pk>/pause/", enrolments.EnrolmentPause.as_view(), name="enrolment-pause"),
    path("enrolments/<int:pk>/resume/", enrolments.enrolment_resume, name="enrolment-resume"),
    path("teachers/<int:pk>/leave/", enrolments.teacher_leave, name="teacher-leave"),
]

offer_urls = [
    path("offers/", offers.OfferList.as_view(), name="offer-list"),
    path("offers/new/", offer_years.OfferCreate.as_view(), name="offer-create"),
    path("offers/copy/", offer_years.OfferCopyYear.as_view(), name="offer-copy"),
    path("offers/<int:pk>/publish/", offer_years.offer_publish, name="offer-publish"),
    path("offers/<int:pk>/version/", offer_versions.OfferVersion.as_view(), name="offer-version"),
    path("offers/<int:pk>/lock/", offer_versions.OfferLock.as_view(), name="offer-lock"),
    path("offers/<int:pk>/withdraw/", offer_years.offer_withdraw, name="offer-withdraw"),
    path("offers/<int:pk>/", offers.OfferDetail.as_view(), name="offer-detail"),
    path("offers/<int:pk>/change/", offers.OfferEdit.as_view(), name="offer-edit"),
    path("offers/<int:pk>/places/", waiting.OfferPlaces.as_view(), name="offer-places"),
    path("phases/", phases.PhaseList.as_view(), name="phase-list"),
    path("phases/new/", phases.PhaseCreate.as_view(), name="phase-create"),
    path("phases/<int:pk>/change/", phases.PhaseEdit.as_view(), name="phase-edit"),
    path("texts/", texts.TextList.as_view(), name="text-list"),
    path("texts/<int:pk>/", texts.TextDetail.as_view(), name="text-detail"),
    path("texts/<int:pk>/version/", texts.TextVersion.as_view(), name="text-version"),
    path("terms/", terms.TermDates.as_view(), name="term-dates"),
    path("offers/<int:pk>/targets/", offers.TargetEdit.as_view(), name="target-edit"),
]

leader_urls = [
    path("leaders/", leaders.LeaderList.as_view(), name="leader-list"),
    path("leaders/new/", leaders.LeaderCreate.as_view(), name="leader-create"),
]

urlpatterns = [*express_urls, *interest_urls, *enrolment_urls, *offer_urls, *leader_urls]
