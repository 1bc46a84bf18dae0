"""Addresses from which e-mails come back: the list, clearing one, and the calls of a mail service."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.models import BadAddress, BadAddressQuerySet
from hubportal.core.models.address import MOST_SOFT
from hubportal.core.records import pages_of
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalList, PortalRequest, do
from schools import roles
from schools.actions import bounces
from schools.adapters.bounces import NotReadable, read_call
from schools.filters import AddressFilter
from schools.models import Person

OTHER_HUB = "Only the staff of a hub that wrote to this address can do this."
LONGEST_CALL = 300_000


class AddressList(PortalList):
    """The addresses of a hub that do not work, with whose they are."""

    model = BadAddress
    roles = (roles.NATIONAL, *roles.HUB_READERS)
    template_name = "schools/address_list.html"
    heading, noun = "Addresses that do not work", "address,addresses"
    hub_path = "owner"
    filterset_class = AddressFilter
    sorts = {"last": ("last_at", "pk"), "email": ("email", "pk")}
    shown = ("pk", "email", "is_hard", "times", "last_at", "problem", "owner", "name", "about", "target")
    lede = (
        "E-mails to them came back, or could not be sent at all because of the address. Correct the address where it "
        "is used, or clear it once its mailbox works again."
    )

    def prepare(self, rows: BadAddressQuerySet) -> BadAddressQuerySet:
        """Those that nobody has cleared."""
        return rows.for_list().filter(cleared_at=None)

    def lines(self, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """With the people whose addresses they are, and the page of what was written about, read at once."""
        found = list(rows)
        people: dict[str, list[tuple[int, str]]] = defaultdict(list)
        seen = Person.objects.visible_to(self.request.user).annotate(small=Lower("email"))
        for pk, name, email in seen.filter(small__in=[one[1] for one in found]).values_list("pk", "name", "small"):
            people[email].append((pk, name))
        pages = pages_of((one[-1] for one in found), self.request.user)
        return [self._line(*one[:-1], pages.get(one[-1], ""), people[one[1]]) for one in found]

    def _line(self, *values: Any) -> tuple[Any, ...]:
        pk, email, is_hard, times, last_at, problem, owner, name, about, page, people = values
        stands = "Does not work" if is_hard or times >= MOST_SOFT else "Not reached for a while"
        may_clear = self.request.user.scope.is_national or self.request.user.scope.staffs(owner)
        return str(pk), email, stands, problem, long_day(last_at), people, name, about, page, may_clear


@require_POST
@role_required(roles.NATIONAL, *roles.HUB_STAFF)
def address_clear(request: PortalRequest, pk: int) -> HttpResponse:
    """Write to an address again."""
    address = get_object_or_404(BadAddress.objects.visible_to(request.user), pk=pk)
    if not request.user.scope.is_national and not request.user.scope.staffs(address.owner_id):
        raise PermissionDenied(OTHER_HUB)
    do(
        request,
        lambda: bounces.clear(address=address, by=request.user, now=clock.now()),
        done=f"{address.email} is written to again; what could not be sent there is tried again.",
    )
    return redirect("schools:address-list")


@csrf_exempt
@require_POST
def bounce_call(request: HttpRequest) -> HttpResponse:
    """A mail service tells what came back; it shows the secret as a bearer's token or as a password.

    :raises Http404: where no secret is set.
    :raises PermissionDenied: for another one.
    """
    if not settings.BOUNCE_SECRET:
        raise Http404
    if not constant_time_compare(_shown(request), settings.BOUNCE_SECRET):
        raise PermissionDenied("This call does not carry the portal's secret.")
    if request.content_type == "multipart/form-data":
        return JsonResponse({"problem": "This is a form, not JSON."}, status=400)
    if len(request.body) > LONGEST_CALL:
        return JsonResponse({"problem": "Too much at once."}, status=413)
    try:
        told = read_call(request.body)
    except NotReadable as problem:
        return JsonResponse({"problem": str(problem)}, status=400)
    return JsonResponse({"taken": bounces.take_in(told, now=clock.now(), is_known=True)})


def _shown(request: HttpRequest) -> str:
    """The secret that a call carries, however it carries it."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    try:
        return base64.b64decode(value).decode().partition(":")[2] if kind.lower() == "basic" else ""
    except (binascii.Error, ValueError):
        return ""
