"""What a teacher hears of whether they take part: that they no longer do, or that they do after all."""

from enum import Enum, auto

from django.db import models
from django.urls import reverse

from programmes.models.enrolment import Enrolment
from schools.models import Person


class Heard(Enum):
    """What somebody was written to of the group in which an enrolment has its place, or had it last."""

    NOTHING = auto()
    # They wait for the e-mail with all dates, which whoever takes part in a running group gets.
    DATES_TO_COME = auto()
    DATES = auto()
    CANCELLED = auto()


class TeacherNews(models.Model):
    """What was last to be told to somebody who left a place of an enrolment; they may be back in one by now."""

    class News(models.TextChoices):
        """What they hear of."""

        LEFT = "left", "No longer takes part"
        BACK = "back", "Takes part after all"

    # The kind of notice that tells them.
    KIND = "teacher_news"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="teacher_news")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="teacher_news")
    from_on = models.DateField(help_text="From which day they no longer take part.")
    has_begun = models.BooleanField(default=True, help_text="No: they had not taken part yet.")
    news = models.CharField(max_length=10, choices=News, blank=True, help_text="Empty: they know how it stands.")
    news_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "e-mail to a teacher who left"
        constraints = [models.UniqueConstraint(fields=("enrolment", "person"), name="teacher_news_once")]
        # Read by the sweep: what was said lately.
        indexes = [models.Index(fields=("news_at",), name="teacher_news_at")]

    def __str__(self) -> str:
        return f"{self.person}, {self.enrolment}"

    def get_absolute_url(self) -> str:
        """The enrolment's page."""
        return reverse("programmes:enrolment-detail", args=[self.enrolment_id])
