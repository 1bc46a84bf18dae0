"""The core's tables in Django's admin: read-only, national only."""

from django.contrib import admin

from hubportal.core.admin_site import ReadOnlyAdmin
from hubportal.core.models import (
    BadAddress,
    ClockShift,
    Heartbeat,
    Job,
    JournalEntry,
    Notice,
    Remembered,
    StoredFile,
    Upload,
    UploadLine,
)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """The outbox."""

    # The columns of the portal's own list of e-mails, which `make bench` holds against this one.
    list_display = ("due_at", "kind", "about", "owner", "name", "email", "state", "problem")
    list_filter = ("state", "kind")
    list_select_related = ("owner",)
    search_fields = ("name", "email")
    exclude = ("body",)  # its links are the recipient's permission; the portal's own page shows it without them


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """The journal."""

    list_display = ("at", "by", "what", "label", "owner")
    list_select_related = ("by__person", "owner")
    search_fields = ("label", "what")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """Signs of life."""

    list_display = ("name", "at")


@admin.register(ClockShift)
class ClockShiftAdmin(ReadOnlyAdmin):
    """The demo's date."""

    list_display = ("seconds",)


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    """Files that people handed in, without their content."""

    list_display = ("at", "name", "kind", "size", "by")
    list_select_related = ("by__person",)
    exclude = ("content",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Long work."""

    list_display = ("created_at", "kind", "label", "state", "by")
    list_filter = ("state", "kind")
    list_select_related = ("by__person",)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Spreadsheets that people brought."""

    # The columns of the portal's own list, which `make bench` holds against this one.
    list_display = ("file_name", "kind", "state", "counts", "owner", "at", "by")
    list_filter = ("state", "kind")
    list_select_related = ("by__person", "owner")
    exclude = ("first_lines", "unknown")


@admin.register(UploadLine)
class UploadLineAdmin(ReadOnlyAdmin):
    """Their lines, without what stands in them."""

    list_display = ("upload", "number", "outcome")
    list_filter = ("outcome",)
    list_select_related = ("upload",)
    exclude = ("cells",)


@admin.register(Remembered)
class RememberedAdmin(ReadOnlyAdmin):
    """What was said that words and columns mean."""

    list_display = ("topic", "given", "owner", "at", "by")
    list_filter = ("topic",)
    list_select_related = ("by__person", "owner")


@admin.register(BadAddress)
class BadAddressAdmin(ReadOnlyAdmin):
    """Addresses from which e-mails came back."""

    list_display = ("email", "owner", "is_hard", "times", "last_at", "cleared_at")
    list_select_related = ("owner",)
    search_fields = ("email",)
