"""Addresses of money."""

from django.urls import path

from funding.views import money as views
from funding.views import rates

app_name = "funding"
urlpatterns = [
    path("", views.AwardList.as_view(), name="award-list"),
    path("awards/<int:pk>/", views.AwardDetail.as_view(), name="award-detail"),
    path("awards/<int:pk>/claim/", views.ClaimCreate.as_view(), name="claim-create"),
    path("claims/", views.ClaimList.as_view(), name="claim-list"),
    path("claims/<int:pk>/", views.ClaimDetail.as_view(), name="claim-detail"),
    path("claims/<int:pk>/approve/", views.claim_approve, name="claim-approve"),
    path("claims/<int:pk>/return/", views.ClaimReturn.as_view(), name="claim-return"),
    path("claims/<int:pk>/pay/", views.ClaimPay.as_view(), name="claim-pay"),
    path("schools/<int:pk>/", views.SchoolFunding.as_view(), name="school-funding"),
    path("offers/<int:pk>/rates/", rates.RateEdit.as_view(), name="rate-edit"),
    path("groups/<int:pk>/", views.GroupFunding.as_view(), name="group-funding"),
]
