"""Version 1 of what schools agree to, and of the privacy notice; a later version is a new row, never an edit."""

from datetime import date

VERSION = "1"
PUBLISHED_ON = date(2025, 1, 1)

PRIVACY = "privacy"

_SHARED = """\
The headteacher and senior leaders support the work and make time for it in the school.
The school takes part in the evaluation of the programme. What teachers say, and data about the school, are \
anonymised before they are included in a report.
"""

_LEAD_PARTICIPANTS = """\
The same two teachers, the Lead Participants, take part for the whole school year.
Both are released for every meeting of the Work Group; all dates are known at the start of the year.
The school takes its turn to host a meeting with a lesson that the group observes.
"""
_BETWEEN_MEETINGS = """\
Teachers try things out between meetings and share them with their colleagues.
"""
_GOES_ON = """\
The school means to go on in the following years of the programme.
"""

# By code. One commitment a line; what a line says is true of the numbers of every offer that names it.
COMMITMENTS: dict[str, str] = {
    "single-people": """\
You come to every meeting; all dates are known at the start.
You have told your headteacher, who releases you for the meetings.
You try things out between meetings and share them with your colleagues.
You take part in the evaluation of the programme. What you say is anonymised before it is included in a report.
""",
    "primary-readiness": """\
Two teachers take part for the whole school year and are released for every workshop.
The headteacher comes to the first workshop.
The school welcomes the Mastery Readiness Lead for about six support visits and makes time to work on what was agreed.
The school works on the five key areas, as its leaders and the Readiness Lead agree.
"""
    + _SHARED,
    # With visits: Development, and the newer shape's first phase.
    "primary": _LEAD_PARTICIPANTS
    + """\
The school welcomes its leader's support visits and makes time for teachers to work on what was agreed.
"""
    + _BETWEEN_MEETINGS
    + _GOES_ON
    + _SHARED,
    # Without visits: the years after.
    "primary-group": _LEAD_PARTICIPANTS + _BETWEEN_MEETINGS + _GOES_ON + _SHARED,
    "primary-sustaining": _LEAD_PARTICIPANTS
    + _BETWEEN_MEETINGS
    + """\
The school keeps an action plan of its own, and brings it to the meetings.
"""
    + _SHARED,
    "mastering-number": """\
Three teachers take part for the whole school year.
Each is released for every meeting; all meetings are online, and their dates are known at the start of the year.
Their classes have a short session every day that there is school.
"""
    + _SHARED,
    "secondary": """\
The department names two Mastery Advocates. At least one is the head or second of department, leads Key Stage 3 or \
holds a similar role.
Both Advocates are released for every meeting of the Work Group, at least four half-days in the year.
Both are released for work in school with the Mastery Specialist, about four to six days shared between the two.
The Advocates carry out tasks between meetings, as agreed with the specialist.
Senior leaders support the head of department and the Advocates in working with the whole department.
The Advocates contribute to the final report of the Work Group.
The school means to go on with the work in the following years.
"""
    + _SHARED,
    "secondary-embedding": """\
The department names two Mastery Advocates. Both are released for every meeting of the Work Group; all dates are known \
at the start of the year.
The department makes time for three days of work in school with the Mastery Specialist.
The department keeps a plan of its own development, and brings it to the meetings.
Senior leaders support the department in carrying out its plan.
The school means to go on with the work in the following years.
"""
    + _SHARED,
    "secondary-group": """\
The teachers who take part are released for every meeting; all dates are known at the start of the year.
The department keeps a plan of its own development, and brings it to the meetings.
Senior leaders support the department in carrying out its plan.
"""
    + _SHARED,
    # For primary and secondary schools together: a primary school has no department.
    "across-phases-group": """\
The teachers who take part are released for every meeting; all dates are known at the start of the year.
The school keeps a plan of what its mathematics teachers work on, and brings it to the meetings.
Senior leaders support these teachers in carrying out the plan.
"""
    + _SHARED,
}

PRIVACY_BODY = """\
The Department for Education is the controller of the personal data in this portal. The lead school of your Maths Hub \
processes it, as a task carried out in the public interest (UK GDPR, Article 6(1)(e)).
We hold the names, work e-mail addresses, telephone numbers, job titles and schools of the people who take part, \
who lead and who support the programme, and which meetings and visits they took part in. A teacher reference number \
is held only where it is given.
We use this to run the programme: to decide about places, arrange meetings and visits, pay schools and evaluate \
the work.
It is shared with the National Centre for Excellence in the Teaching of Mathematics, the Department for Education, \
the lead schools of other Maths Hubs and independent evaluators. It is never sold.
It is kept for seven years after you last took part, and then erased or made anonymous.
You may ask your hub for a copy of what is held about you, to have it put right, or to object to its use.
The portal uses only the cookies it needs to work. E-mails that are not needed to run the programme are sent only if \
you asked for them.
"""
