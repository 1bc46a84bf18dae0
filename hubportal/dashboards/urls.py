"""Addresses of homes, search, reminders, the demo and the signs of life."""

from django.urls import path

from hubportal.dashboards.views import about, demo, gias, health, home, hub_changes, jobs, national, notices, search

app_name = "dashboards"
urlpatterns = [
    path("", home.home, name="home"),
    path("hubs/", national.HubTable.as_view(), name="hub-table"),
    path("hubs/new/", hub_changes.HubCreate.as_view(), name="hub-create"),
    path("hubs/<int:pk>/edit/", hub_changes.HubEdit.as_view(), name="hub-edit"),
    path("hubs/<int:pk>/lead-school/", hub_changes.HubLeadSchool.as_view(), name="hub-lead-school"),
    path("hubs/<int:pk>/split/", hub_changes.HubSplit.as_view(), name="hub-split"),
    path("hubs/<int:pk>/merge/", hub_changes.HubMerge.as_view(), name="hub-merge"),
    path("hubs/changes/<int:pk>/", hub_changes.HubChangeDetail.as_view(), name="hub-change"),
    path("hubs/changes/<int:pk>/take-back/", hub_changes.hub_change_take_back, name="hub-change-take-back"),
    path("reminders/", notices.NoticeList.as_view(), name="notice-list"),
    path("reminders/<int:pk>/", notices.NoticeDetail.as_view(), name="notice-detail"),
    path("reminders/<int:pk>/settled/", notices.notice_settle, name="notice-settle"),
    path("reminders/<int:pk>/again/", notices.notice_try_again, name="notice-try-again"),
    path("jobs/", jobs.JobList.as_view(), name="job-list"),
    path("jobs/<int:pk>/", jobs.JobDetail.as_view(), name="job-detail"),
    path("jobs/<int:pk>/stop/", jobs.job_stop, name="job-stop"),
    path("imports/new/", gias.GiasUploadCreate.as_view(), name="gias-upload-create"),
    path("imports/<int:pk>/", gias.GiasUploadDetail.as_view(), name="gias-upload"),
    path("imports/<int:pk>/apply/", gias.gias_upload_apply, name="gias-upload-apply"),
    path("imports/<int:pk>/discard/", gias.gias_upload_discard, name="gias-upload-discard"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("favicon.ico", about.favicon, name="favicon"),
    path("search/", search.Search.as_view(), name="search"),
    path("demo/date/", demo.demo_date, name="demo-date"),
    path("demo/sign-in/", demo.demo_sign_in, name="demo-sign-in"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
