"""Where people begin who apply for themselves: the form is that of schools."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hubportal.core import clock
from programmes.models import AgreementText, Offer
from programmes.views.applicant import own_schools
from programmes.views.express import begun_in


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Which programmes people can apply for themselves, and what one needs for it."""
    today = clock.today()
    offers = Offer.objects.public(Offer.Enrols.PERSONS)
    open_now = offers.filter(hub=None, opens_on__lte=today, closes_on__gte=today)
    page = {
        "heading": "Apply for yourself",
        "offers": list(open_now.order_by("year", "phase__pathway__position", "phase__position", "code", "pk")),
        "is_ready": offers.exists() and AgreementText.objects.privacy_on(today).exists(),
        "own_schools": own_schools(request.user),
        "begun": begun_in(request),
    }
    return render(request, "programmes/express/person_start.html", page)
