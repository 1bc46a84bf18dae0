"""Addresses of homes, search, reminders, the demo and the signs of life."""

from django.urls import path

from hubportal.dashboards.views import about, demo, health, home, jobs, national, notices, search

app_name = "dashboards"
urlpatterns = [
    path("", home.home, name="home"),
    path("hubs/", national.HubTable.as_view(), name="hub-table"),
    path("reminders/", notices.NoticeList.as_view(), name="notice-list"),
    path("reminders/<int:pk>/", notices.NoticeDetail.as_view(), name="notice-detail"),
    path("reminders/<int:pk>/settled/", notices.notice_settle, name="notice-settle"),
    path("reminders/<int:pk>/again/", notices.notice_try_again, name="notice-try-again"),
    path("jobs/", jobs.JobList.as_view(), name="job-list"),
    path("jobs/<int:pk>/", jobs.JobDetail.as_view(), name="job-detail"),
    path("jobs/<int:pk>/stop/", jobs.job_stop, name="job-stop"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("favicon.ico", about.favicon, name="favicon"),
    path("search/", search.Search.as_view(), name="search"),
    path("demo/date/", demo.demo_date, name="demo-date"),
    path("demo/sign-in/", demo.demo_sign_in, name="demo-sign-in"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
