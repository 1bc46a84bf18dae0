"""What the portal says of itself: how accessible it is; and the icon that browsers ask for by its old name."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control


def accessibility(request: HttpRequest) -> HttpResponse:
    """What was tested and how, what was not, and whom to tell."""
    return render(request, "dashboards/accessibility.html", {"heading": "Accessibility"})


@cache_control(max_age=86400, public=True)
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it where a page names no icon: files, and answers for machines."""
    return HttpResponseRedirect(static("img/icon.svg"))
