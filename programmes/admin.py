"""The catalogue, interest, enrolments and leaders in Django's admin: read-only, national only."""

from django.contrib import admin

from hubportal.core.admin_site import ReadOnlyAdmin
from programmes.models import (
    Agreement,
    AgreementText,
    EnrolledTeacher,
    Enrolment,
    FormDraft,
    HalfTerm,
    HeadConfirmation,
    HubOffer,
    Interest,
    InterestApart,
    InterestMessage,
    InterestTeacher,
    Leader,
    LinkRequest,
    Offer,
    Pathway,
    Phase,
    PhaseFamily,
    PhaseOption,
    PriorityListing,
    PriorityUpload,
    Receipt,
    StartQuestion,
    Tag,
    TagSet,
    Target,
    TeacherNews,
    TeacherTurn,
)


@admin.register(HalfTerm)
class HalfTermAdmin(ReadOnlyAdmin):
    """Half-terms."""

    list_display = ("year", "number", "hub", "starts_on", "ends_on")
    list_select_related = ("hub",)


@admin.register(Pathway)
class PathwayAdmin(ReadOnlyAdmin):
    """Pathways."""

    list_display = ("position", "name", "code")


@admin.register(PhaseFamily)
class PhaseFamilyAdmin(ReadOnlyAdmin):
    """Families of phases."""

    list_display = ("name", "pathway", "position")
    list_select_related = ("pathway",)


@admin.register(Phase)
class PhaseAdmin(ReadOnlyAdmin):
    """Phases."""

    list_display = ("name", "family", "pathway", "step", "position")
    list_select_related = ("pathway", "family")


@admin.register(TagSet)
class TagSetAdmin(ReadOnlyAdmin):
    """Sets of tags."""

    list_display = ("name", "code")


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """Tags."""

    list_display = ("name", "tag_set", "position")
    list_select_related = ("tag_set",)


@admin.register(AgreementText)
class AgreementTextAdmin(ReadOnlyAdmin):
    """Commitments and privacy notices."""

    list_display = ("kind", "code", "name", "version", "published_on")


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """Offers."""

    list_display = ("title", "phase", "year", "code", "hub", "opens_on", "closes_on")
    list_select_related = ("phase", "hub")
    search_fields = ("title", "code")


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    """Targets."""

    list_display = ("offer", "hub", "schools")
    list_select_related = ("offer__phase", "offer__hub", "hub")


@admin.register(Interest)
class InterestAdmin(ReadOnlyAdmin):
    """Interests."""

    # The columns of the portal's own list of interest, which `make bench` holds against this one.
    list_display = (
        *("submitted_at", "school", "town", "authority", "hub", "is_outside_domain", "offer", "head_confirmed_at"),
        *("status", "duplicate_of", "reference"),
    )
    list_select_related = ("school__authority", "offer", "duplicate_of__school", "hub")
    list_filter = ("status", "phase", "year", "is_outside_domain")
    search_fields = ("reference", "school__name")

    @admin.display(description="Town")
    def town(self, interest: Interest) -> str:
        """Where the school is."""
        return interest.school.town

    @admin.display(description="Local authority")
    def authority(self, interest: Interest) -> str:
        """The school's."""
        return str(interest.school.authority or "")


@admin.register(InterestTeacher)
class InterestTeacherAdmin(ReadOnlyAdmin):
    """Teachers named in interests."""

    list_display = ("name", "interest", "job_title")
    list_select_related = ("interest__school",)
    search_fields = ("name",)


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    """Enrolments."""

    # The columns of the portal's own list of schools without a group, which `make bench` holds against this one.
    list_display = ("school", "town", "authority", "hub", "offer", "year", "accepted_on", "status")
    list_select_related = ("school__authority", "offer__phase", "hub")
    search_fields = ("school__name",)

    @admin.display(description="Town")
    def town(self, enrolment: Enrolment) -> str:
        """Where the school is."""
        return enrolment.school.town

    @admin.display(description="Local authority")
    def authority(self, enrolment: Enrolment) -> str:
        """The school's."""
        return str(enrolment.school.authority or "")

    @admin.display(description="Year")
    def year(self, enrolment: Enrolment) -> str:
        """The offer's."""
        return enrolment.offer.year_label


@admin.register(EnrolledTeacher)
class EnrolledTeacherAdmin(ReadOnlyAdmin):
    """Enrolled teachers."""

    list_display = ("person", "enrolment", "has_lead_role")
    list_select_related = ("person", "enrolment__school", "enrolment__offer__phase")
    search_fields = ("person__name",)


@admin.register(HeadConfirmation)
class HeadConfirmationAdmin(ReadOnlyAdmin):
    """What new headteachers are asked."""

    list_display = ("school", "person", "asked_at", "confirmed_at", "closed_at")
    list_select_related = ("school", "person")
    search_fields = ("school__name",)


@admin.register(TeacherNews)
class TeacherNewsAdmin(ReadOnlyAdmin):
    """What teachers who left a place hear of it."""

    list_display = ("person", "enrolment", "from_on", "news", "news_at")
    list_select_related = ("person", "enrolment__school", "enrolment__offer", "enrolment__person")


@admin.register(TeacherTurn)
class TeacherTurnAdmin(ReadOnlyAdmin):
    """Who had a teacher's place from when to when."""

    list_display = ("person", "enrolled", "since", "until")
    list_select_related = ("person", "enrolled__person")
    search_fields = ("person__name",)


@admin.register(Leader)
class LeaderAdmin(ReadOnlyAdmin):
    """Leaders."""

    # The columns of the portal's own list of leaders, which `make bench` holds against this one.
    list_display = ("person", "email", "kind", "hub", "school", "max_groups", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("person", "hub", "school")
    search_fields = ("person__name",)

    @admin.display(description="E-mail")
    def email(self, leader: Leader) -> str:
        """The person's."""
        return leader.person.email


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    """Headteachers' words, given in the portal."""

    list_display = ("at", "enrolment", "name", "text")
    list_select_related = ("enrolment__school", "enrolment__offer", "text")


@admin.register(HubOffer)
class HubOfferAdmin(ReadOnlyAdmin):
    """Places and owners of offers in hubs."""

    list_display = ("offer", "hub", "places", "kept_by")
    list_select_related = ("offer", "hub", "kept_by__person")


@admin.register(PriorityListing)
class PriorityListingAdmin(ReadOnlyAdmin):
    """Schools on hubs' priority lists."""

    list_display = ("school", "hub", "reason")
    list_select_related = ("school", "hub")


@admin.register(PriorityUpload)
class PriorityUploadAdmin(ReadOnlyAdmin):
    """Files that priority lists were filled from."""

    list_display = ("file_name", "hub", "at", "added", "changed", "removed")
    list_select_related = ("hub",)


@admin.register(InterestApart)
class InterestApartAdmin(ReadOnlyAdmin):
    """What was found not to be the same."""

    list_display = ("first", "second", "by", "at")
    list_select_related = ("first__school", "second__school", "by__person")


@admin.register(InterestMessage)
class InterestMessageAdmin(ReadOnlyAdmin):
    """Questions of hubs and answers of schools."""

    list_display = ("interest", "is_from_hub", "name", "at")
    list_select_related = ("interest__school",)


@admin.register(PhaseOption)
class PhaseOptionAdmin(ReadOnlyAdmin):
    """Ways in which a phase is done."""

    list_display = ("phase", "name", "position", "is_offered")
    list_select_related = ("phase",)


@admin.register(StartQuestion)
class StartQuestionAdmin(ReadOnlyAdmin):
    """Questions whose answers suggest where a school begins."""

    list_display = ("phase", "position", "text")
    list_select_related = ("phase",)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """What came by telephone, e-mail or on paper."""

    list_display = ("entered_at", "interest", "what", "how", "came_on", "entered_by")
    list_select_related = ("interest__school", "interest__offer", "interest__phase", "entered_by__person")


@admin.register(FormDraft)
class FormDraftAdmin(ReadOnlyAdmin):
    """Forms that are being filled in, without the answers and without what opens them."""

    list_display = ("saved_at", "kept_until")
    fields = ("saved_at", "kept_until")


@admin.register(LinkRequest)
class LinkRequestAdmin(ReadOnlyAdmin):
    """Who asked for links to what they sent, without the address: anybody can have typed it."""

    list_display = ("asked_at", "is_answered")
    fields = ("asked_at", "is_answered")
