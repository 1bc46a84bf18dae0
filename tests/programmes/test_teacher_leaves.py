"""A teacher leaves a place from today: the portal asks once."""

import pytest

from programmes.models import EnrolledTeacher
from schools.roles import HEADTEACHER
from tests import factories as make
from tests.programmes.test_staff_pages import _get as get
from tests.programmes.test_staff_pages import _post as post

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_teacher_leaves_after_one_question_and_whoever_was_named_meanwhile_stays() -> None:
    enrolled = make.EnrolledTeacherFactory(person=make.PersonFactory(name="Ann Other"))
    head = make.make_user(HEADTEACHER, school=enrolled.enrolment.school)
    asked = get(head, "teacher-leave", enrolled.pk)
    mark = asked.context["as_it_was"]
    sam = make.PersonFactory(name="Sam Shah")
    EnrolledTeacher.objects.filter(pk=enrolled.pk).update(person=sam)

    late = post(head, "teacher-leave", enrolled.pk, as_it_was=mark)
    enrolled.refresh_from_db()
    stays = enrolled.person
    post(head, "teacher-leave", enrolled.pk)
    again = post(head, "teacher-leave", enrolled.pk)
    enrolled.refresh_from_db()

    page = asked.content.decode()
    assert f"Does Ann Other leave {enrolled.enrolment.offer} from today?" in page
    assert ("The place is held, to be named" in page, "Leave it as it is" in page) == (True, True)
    assert "Somebody else has changed this since you opened it" in late.content.decode()
    assert (stays, enrolled.person) == (sam, None)
    assert "error-summary" in again.content.decode()
