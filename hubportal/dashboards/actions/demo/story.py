"""How the demo's past is told: steps at moments, taken in order, each with the clock held at its moment."""

import heapq
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.db import models

from hubportal.core import clock, notices
from hubportal.core.models import Notice

Step = Callable[[datetime], Any]
NO_ADDRESS = "There is no e-mail address for this person."


class Story:
    """Steps up to ``now``; what lies after it is left for the days to come.

    Whatever falls due between two steps has been sent, so that nothing old is mailed when the portal starts.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(clock.LONDON).date()
        # The same story every time.
        self.chance = random.Random(2_026)  # noqa: S311
        self._steps: list[tuple[datetime, int, Step]] = []
        self._order = count()

    def at(self, day: date, hour: int, minute: int, step: Step) -> None:
        """Take ``step`` on a day at a time in London."""
        self.at_moment(clock.at_london(day, hour, minute), step)

    def at_moment(self, moment: datetime, step: Step) -> None:
        """Take ``step`` at a moment, which it is handed; never, where the moment is still to come."""
        if moment < self.now:
            heapq.heappush(self._steps, (moment, next(self._order), step))

    def days_ago(self, days: int) -> date:
        """A day before today."""
        return self.today - timedelta(days=days)

    def tell(self) -> None:
        """Take all steps in order; a step may add later ones. Its e-mails are looked at once a day: they are many."""
        while self._steps:
            moment = self._steps[0][0]
            day = moment.astimezone(clock.LONDON).date()
            # A reminder is not taken back on the day it falls due.
            post(moment)
            with notices.together(moment):
                while self._steps and self._steps[0][0].astimezone(clock.LONDON).date() == day:
                    moment, _order, step = heapq.heappop(self._steps)
                    with clock.fixed(moment):
                        step(moment)
        post(self.now)


def post(now: datetime) -> None:
    """What was due by now has been sent; who has no address was not reached."""
    due = Notice.objects.filter(state=Notice.State.PLANNED, due_at__lte=now)
    due.filter(email="").update(state=Notice.State.FAILED, problem=NO_ADDRESS, attempts=1)
    due.update(state=Notice.State.SENT, sent_at=models.F("due_at"), attempts=1)
