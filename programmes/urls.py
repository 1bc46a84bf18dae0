"""Addresses of programmes, by family of pages."""

from django.urls import path

from programmes.views import express, express_links
from programmes.views import express_questions as ask

app_name = "programmes"

express_urls = [
    path("express/", express.start, name="express-start"),
    path("express/school/", express.SchoolStep.as_view(), name="express-school"),
    path("express/schools.json", express.school_suggestions, name="express-suggestions"),
    path("express/status/", express_links.status, name="express-status"),
    path("express/confirm/<str:token>/", express_links.head_confirm, name="head-confirm"),
    path("express/confirm/<str:token>/again/", express_links.head_again, name="head-again"),
    path("express/<slug:draft>/programme/", express.ProgrammeStep.as_view(), name="express-programme"),
    path("express/<slug:draft>/contact/", ask.ContactStep.as_view(), name="express-contact"),
    path("express/<slug:draft>/head/", ask.HeadStep.as_view(), name="express-head"),
    path("express/<slug:draft>/teachers/<int:number>/", ask.PlaceStep.as_view(), name="express-teachers"),
    path("express/<slug:draft>/teachers/<int:number>/who/", ask.TeacherStep.as_view(), name="express-teacher"),
    path("express/<slug:draft>/lead-role/", ask.LeadRoleStep.as_view(), name="express-lead-role"),
    path("express/<slug:draft>/message/", ask.MessageStep.as_view(), name="express-message"),
    path("express/<slug:draft>/agree/", ask.AgreeStep.as_view(), name="express-agree"),
    path("express/<slug:draft>/check/", express.CheckStep.as_view(), name="express-check"),
    path("express/<slug:draft>/done/", express.done, name="express-done"),
    path("privacy/", express.privacy, name="privacy"),
]

urlpatterns = express_urls
