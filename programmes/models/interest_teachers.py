"""The teachers whom an application names."""

from django.db import models

from programmes.models.interest import Interest


class InterestTeacher(models.Model):
    """A teacher named in an interest; an empty name is "to be named"."""

    interest = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="teachers")
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    has_lead_role = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name or "To be named"
