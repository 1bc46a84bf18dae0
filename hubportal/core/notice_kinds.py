"""What a kind of notice is, and one e-mail that it says is due."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from hubportal.core.models import Notice
from hubportal.core.records import record_key

LONGEST_KEY = 100
# News that changes nothing by itself (what was decided, an invitation) is not worth sending when a broken mail
# server comes back weeks later.
WORTH_KNOWING = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Desired:
    """One e-mail that should go to one person.

    ``occurrence`` is ``offset@date``; the part before the @ stays when the thing moves. ``until`` is the last
    moment at which it is still worth sending (the next reminder, or the start of the thing); None: no end.
    """

    recipient: str
    occurrence: str
    due_at: datetime
    name: str
    email: str
    until: datetime | None = None


def mail_key(address: str) -> str:
    """The recipient's key where there is no Person yet; of a long address its beginning and a digest of it all."""
    key = f"mail:{address.lower()}"
    if len(key) <= LONGEST_KEY:
        return key
    digest = blake2b(key.encode(), digest_size=16).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}~{digest}"


@dataclass(frozen=True, slots=True)
class Extras:
    """What an e-mail carries besides its text: headers, and files as (name, content, type)."""

    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[tuple[str, bytes, str]] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    :param key: stable name, at most 40 characters.
    :param label: what a hub reads in its list ("Meeting reminder").
    :param model: the target's model, ``app.Model``.
    :param template: text template with a ``{% block subject %}`` and a ``{% block body %}``.
    :param desired: who is due what, from the target alone.
    :param load: the QuerySet of targets with all that ``desired`` and ``context`` read.
    :param live: narrows ``load`` to targets the sweep must look at.
    :param context: what the template needs for one recipient.
    :param read_ahead: reads what the e-mails of many targets are written from, kept with these: it may take longer than
        a look at what stands is fresh, and is read with that.
    :param thread: the record whose page lists these notices (the target itself by default).
    :param reply_to: where an answer goes: to whoever it is sent for.
    :param reply_also: who reads an answer too, such as the leader of a group.
    :param extras: headers and files beside the text.
    :param is_news: told to whom it concerns as it happens: who comes to be one of them later, hears nothing of it.
    :param is_copy: what somebody reads who sends it to others: answered as these would answer it, by them too.
    :param is_standing: news of how the thing stands: nobody is told anew what they were last told.
    :param usual: of such news the one, by its offset, which says that all is as usual. Who was told nothing takes it to
        be so, and hears it only where what others were told last, by whichever kind, is something else.
    """

    key: str
    label: str
    model: str
    template: str
    desired: Callable[[Any], Sequence[Desired]]
    load: Callable[[], models.QuerySet[Any]]
    live: Callable[[models.QuerySet[Any], datetime], models.QuerySet[Any]]
    context: Callable[[Any, Notice], dict[str, Any]]
    read_ahead: Callable[[Any], object] = field(default=lambda _target: None)
    thread: Callable[[Any], models.Model] = field(default=lambda target: target)
    owner_id: Callable[[Any], int | None] = field(default=lambda target: getattr(target, "hub_id", None))
    reply_to: Callable[[Any], str] = field(default=lambda _target: "")
    # A list: an address alone would be a sequence too, of letters.
    reply_also: Callable[[Any], list[str]] = field(default=lambda _target: [])
    extras: Callable[[Any, Notice], Extras] | None = None
    is_news: bool = False
    is_standing: bool = False
    is_copy: bool = False
    usual: str = ""

    @property
    def target_model(self) -> type[models.Model]:
        """The model class of the target."""
        return apps.get_model(self.model)

    def load_by_key(self, keys: Iterable[str]) -> dict[str, models.Model]:
        """Targets by their record key, in one load; what no longer stands is left out."""
        pks = [key.partition(":")[2] for key in set(keys)]
        return {record_key(target): target for target in self.load().filter(pk__in=pks)}


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by key, from the dotted paths in ``settings.NOTICE_KINDS``."""
    found = [kind for path in settings.NOTICE_KINDS for kind in import_string(path)]
    by_key = {kind.key: kind for kind in found}
    if len(by_key) != len(found):
        raise ValueError("Two kinds of notice share a key.")
    return by_key
