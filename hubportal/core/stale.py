"""Forms that were opened a while ago: for another hub than the one that is looked at now."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.generic.edit import ProcessFormView

LOOKED_AT = "looked_at"


class Opened(ProcessFormView):
    """A form's page that carries what it was opened for, and does nothing where that is no longer so.

    :cvar of_top_bar: it acts for the hub or the year in the top bar, which another tab may have changed meanwhile.
    """

    of_top_bar: ClassVar[bool] = False
    request: Any

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse in words, with what was typed, before anything is done."""
        stale = self._other_hub()
        if not stale:
            return super().post(request, *args, **kwargs)
        form = self.get_form()  # type: ignore[attr-defined]
        form.is_valid()
        form.add_error(None, stale)
        return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]

    def _looked_at(self) -> str:
        hub = self.request.hub
        return f"{hub.pk if hub else ''}:{self.request.year}"

    def _other_hub(self) -> str:
        now = self._looked_at()
        if not self.of_top_bar or self.request.POST.get(LOOKED_AT, now) == now:
            return ""
        hub = self.request.hub
        return (
            f"You now look at another hub or year than when you opened this page: {hub or 'all hubs'}, "
            f"{self.request.year}/{(self.request.year + 1) % 100:02d}. Nothing was done. "
            "Choose in the top bar what you meant, or send this again if you mean this one."
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the form was opened for."""
        found: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {LOOKED_AT: self._looked_at() if self.of_top_bar else "", **found}
