"""The demo's date and the signs of life of the background processes."""

from django.db import models


class ClockShift(models.Model):
    """How many seconds the demo's clock runs ahead; one row, read only in DEMO."""

    seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="clock_shift_one_row")]

    def __str__(self) -> str:
        return f"{self.seconds} s ahead"


class Heartbeat(models.Model):
    """When a background process last showed that it lives (real time, not the demo's)."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"
