"""Whom a letter goes to: who of them is on its list, why, and whether they get an e-mail."""

from collections import defaultdict
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Coalesce, Concat, Lower, NullIf
from django.urls import reverse
from django.utils.module_loading import import_string

from hubportal.core import clock
from hubportal.core.models import Notice
from schools.models.letters import MAIL_KIND, Letter
from schools.models.news import NewsChoice
from schools.models.people import Person, Role
from schools.models.places import School, SchoolQuerySet
from schools.rules import letters as letter_rules
from schools.rules.greetings import greeting
from schools.scope import reach


class RecipientQuerySet(models.QuerySet["LetterRecipient"]):
    """Reading whom letters go to."""

    def visible_to(self, user: Any) -> Self:
        """National all; a hub its letters', and what its schools got of national ones; else what one got oneself."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        letters = Letter.objects.visible_to(user).values("pk")
        others = models.Q(person=scope.person_id) | models.Q(letter__hub=None, school__hub__in=scope.hub_ids)
        arrived = LetterRecipient.objects.filter(others).got().having_left()
        return self.filter(models.Q(letter__in=letters) | models.Q(pk__in=arrived.values("pk")))

    def for_link(self) -> Self:
        """What a page opened by a signed link shows."""
        return self.select_related("letter__hub", "person")

    def of_person(self, person: Person) -> Self:
        """What was written to a person, also before the portal knew them by more than the address."""
        bare = models.Q(person=None, email__iexact=person.email) & ~models.Q(email="")
        return self.filter(models.Q(person=person) | bare)

    def got(self) -> Self:
        """Of letters that were sent: those who got one, or share the address of somebody who did."""
        themselves = models.Q(same_as=None) | models.Q(same_as__is_ticked=True, same_as__barred="")
        return self.filter(themselves, is_ticked=True, barred="", letter__status=Letter.Status.SENT)

    def with_mail_key(self) -> Self:
        """Annotate ``mail_key``: the e-mail in the outbox, perhaps of somebody who shares the address."""
        one = Cast(Coalesce("same_as_id", "pk"), models.CharField())
        return self.annotate(mail_key=Concat(models.Value(f"{self.model._meta.label_lower}:"), one))

    def having_left(self) -> Self:
        """Those whose e-mail was sent: what is planned for a day can still be taken back."""
        mails = Notice.objects.filter(kind=MAIL_KIND, target=models.OuterRef("mail_key"), state=Notice.State.SENT)
        return self.with_mail_key().filter(models.Exists(mails))

    def logged(self) -> Self:
        """Those who got one, newest first.

        Annotated with ``mail_subject``, ``mail_state`` and ``came_back_at``: what became of the e-mail.
        """
        people = ("letter__hub", "letter__written_by__person", "same_as")
        mails = Notice.objects.filter(kind=MAIL_KIND, target=models.OuterRef("mail_key"))
        told = {"mail_state": "state", "mail_subject": "subject", "came_back_at": "bounced_at"}
        found = self.got().select_related(*people).with_mail_key().order_by("-letter__sent_at", "-pk")
        return found.annotate(**{name: models.Subquery(mails.values(field)[:1]) for name, field in told.items()})

    def with_wishes(self) -> Self:
        """Annotate ``says_no`` and ``says_yes``: what the person, or whoever reads the address, said about news."""
        person = models.Q(person=models.OuterRef("person"))
        address = models.Q(email=Lower(models.OuterRef("email"))) & ~models.Q(email="")
        said = NewsChoice.objects.filter(person | address)
        return self.annotate(
            says_no=models.Exists(said.filter(wants=False)), says_yes=models.Exists(said.filter(wants=True))
        )

    def parts(self) -> dict[int, bool]:
        """By key whether they have a part in a programme by now, by themselves or by their school."""
        theirs = self._concerned()
        asked = reduce(or_, theirs.values(), letter_rules.Concerned())
        today = clock.today()
        read = [import_string(path) for path in settings.LETTER_PARTS]
        found: letter_rules.Concerned = reduce(or_, (one(asked, today) for one in read), letter_rules.Concerned())
        return {pk: mine.meets(found) for pk, mine in theirs.items()}

    def _concerned(self) -> dict[int, letter_rules.Concerned]:
        """By key the person, the address and the school of each: that whose contact they are on the list as.

        Who is on it as nobody's contact is there for all schools where they have a role, those of their trust too.
        """
        own = NullIf("person__email", models.Value(""))
        fields = ("pk", "person", "school", "about", Lower(Coalesce(own, "email")))
        rows = list(self.order_by().values_list(*fields))
        held: dict[int, set[int]] = defaultdict(set)
        people = {person for _pk, person, _school, about, _email in rows if person and not about}
        roles = Role.objects.current(clock.today()).by_hand().filter(person__in=people)
        for person, *schools in roles.values_list("person", "school", "trust__schools"):
            held[person] |= {school for school in schools if school}
        return {
            pk: letter_rules.Concerned(
                schools=frozenset({school} if school else ()) | (frozenset() if about else frozenset(held[person])),
                people=frozenset({person} if person else ()),
                emails=frozenset({email} if email else ()),
            )
            for pk, person, school, about, email in rows
        }

    def with_leavers(self) -> Self:
        """Annotate ``has_left``: had a role, and has none today but one taken up elsewhere since the letter began."""
        account = models.Q(person__user=None) | models.Q(person__user__is_superuser=False)
        held = Role.objects.by_hand().filter(person=models.OuterRef("person"))
        ended = models.Q(ends_on__lt=clock.today())
        before = models.Q(starts_on__lte=models.OuterRef("letter__made_at__date"))
        here = models.Q(school=None) | models.Q(school=models.OuterRef("school"))
        left = models.Exists(held.filter(ended).filter(account)) & ~models.Exists(
            held.exclude(ended).filter(here | before)
        )
        return self.annotate(has_left=models.ExpressionWrapper(models.Q(left), models.BooleanField()))


class LetterRecipient(models.Model):
    """Somebody on a letter's list: a person, or a bare contact address; why they are on it, and whether they get it."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="recipients")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="letters")
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="letters")
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    why = models.CharField(max_length=250)
    facts = models.JSONField(default=dict, blank=True)
    about = models.CharField(max_length=100, blank=True, help_text="What the facts are of, where they are read anew.")
    is_ticked = models.BooleanField(default=True)
    barred = models.CharField(max_length=150, blank=True, help_text="Why they are not written to.")
    same_as = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    objects = RecipientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "letter",
                Lower("email"),
                condition=models.Q(same_as=None, barred="") & ~models.Q(email=""),
                name="letter_once_an_address",
            ),
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.letter)

    def get_absolute_url(self) -> str:
        """The e-mail as they got it."""
        return reverse("schools:letter-mail", args=[self.pk])

    @property
    def address(self) -> str:
        """Where the e-mail goes: to a person's address of the day."""
        return self.person.email if self.person and self.person.email else self.email

    @property
    def is_off_list(self) -> bool:
        """Whether they are by now no longer on the list or in the group that the letter was written to."""
        lists = [letter_rules.label_of(key) for key in self.about.split()]
        known = [self.letter.listed_now[label] for label in lists if label in self.letter.listed_now]
        return self.person_id is not None and bool(known) and not any(self.person_id in people for people in known)

    @property
    def is_wanted(self) -> bool:
        """Whether they get an e-mail as things are now, but for others at the address; reads wishes and leavers."""
        if not self.is_ticked or self.barred or self.same_as_id or self.has_left or self.is_off_list:  # type: ignore[attr-defined]
            return False
        return not self.news_problem

    @property
    def is_news(self) -> bool:
        """Whether to them the letter is news: it is called so, or is about a part in a programme that they lack."""
        return self.letter.is_marketing or self.pk not in self.letter.with_part_now

    @property
    def news_problem(self) -> str:
        """Why what is news to them does not go to them, or an empty string; reads wishes."""
        said = {"wants": self.wants_news, "needs_yes": settings.NEWS_NEEDS_YES}
        problem = letter_rules.news_problem(**said)
        if not problem or self.letter.is_marketing:
            return problem
        return letter_rules.part_problem(**said, has_part=not self.is_news)

    @property
    def shown_subject(self) -> str:
        """The subject as it was sent; of a row that is ``logged``."""
        return self.mail_subject or self.letter.subject  # type: ignore[attr-defined]

    @property
    def trouble(self) -> str:
        """Why the e-mail did not arrive, in a word, as far as is known; of a row that is ``logged``."""
        state: str | None = self.mail_state  # type: ignore[attr-defined]
        if self.came_back_at is not None:  # type: ignore[attr-defined]
            return "Came back"
        return "" if state in (None, Notice.State.SENT) else str(Notice.State(state).label)

    @property
    def wants_news(self) -> bool | None:
        """What they said about news, of a row loaded ``with_wishes``; a no counts before a yes."""
        if self.says_no:  # type: ignore[attr-defined]
            return False
        return True if self.says_yes else None  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, str]:
        """What each placeholder becomes for them; reads person, school, and the letter's hub and writer."""
        letter = self.letter
        found = {
            "first name": greeting(self.name),
            "name": self.name,
            "hub": letter.sender,
            "sender": letter.written_by.person.name,
            **self._facts_of(letter)[0],
        }
        # One e-mail for all their schools says what is of each.
        mine = [one for one in letter.sharing_now.get(self.pk, ()) if one.name.casefold() == self.name.casefold()]
        for name in letter_rules.OF_EACH:
            found[name] = letter_rules.all_of(one for row in (self, *mine) for one in row._own(name, letter))
        return {name: " ".join(str(value).split()) for name, value in found.items()}

    def _facts_of(self, letter: Letter) -> list[Mapping[str, str]]:
        """What placeholders become for this row alone, of each list that it is on: as it is by now, where read anew."""
        anew = [letter.facts_now[key] for key in self.about.split() if key in letter.facts_now]
        return anew or [self.facts]

    @property
    def _form_link(self) -> str:
        """The public form, with the school that they are on the list for, if any, filled in."""
        start = f"{settings.SITE_URL}{reverse('programmes:express-start')}"
        return f"{start}?school={self.school_id}" if self.school_id else start

    def _own(self, name: str, letter: Letter) -> list[str]:
        """What one of them becomes for this row alone."""
        if name == "form link":
            return [self._form_link]
        school = self.school.name if self.school and name == "school" else ""
        return [value for facts in self._facts_of(letter) if (value := facts.get(name, ""))] or [school]


def with_last_letter(schools: SchoolQuerySet, user: Any) -> SchoolQuerySet:
    """Annotated with ``written_at``: when a letter that a user reads left for the school last; of nobody, None."""
    if user is None:
        return schools.annotate(written_at=models.Value(None, models.DateTimeField(null=True)))
    of_school = LetterRecipient.objects.visible_to(user).got().filter(school=models.OuterRef("pk"))
    newest = of_school.order_by("-letter__due_at").values("letter__due_at")[:1]
    return schools.annotate(written_at=models.Subquery(newest))
