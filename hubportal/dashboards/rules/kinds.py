"""The kinds of records that can be brought: what each is made of, and how people head its columns."""

from collections.abc import Mapping
from dataclasses import dataclass

from hubportal.dashboards.rules.reading import folded


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a column may hold.

    :param words: how headings call it, as ``headings.heading_words`` writes them; the best first.
    :param choice: the set of answers that its cells come from (``CHOICES``, or the portal's own programmes).
    :param many: whether several columns may hold it.
    :param heading: "day" or "year" where the heading itself says which one the cells belong to.
    :param constant: whether it may be said once for all rows.
    :param example: what the template shows.
    """

    key: str
    label: str
    words: tuple[str, ...] = ()
    choice: str = ""
    many: bool = False
    heading: str = ""
    constant: bool = False
    example: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of records: its fields, and what must be there (one of these fields; how that is said)."""

    key: str
    label: str
    what: str
    fields: tuple[Field, ...]
    needs: tuple[tuple[tuple[str, ...], str], ...]

    def field(self, key: str) -> Field:
        """One of its fields."""
        return next(one for one in self.fields if one.key == key)


PROGRAMME = "programme"
SCHOOL = (
    Field(
        "school",
        "School",
        ("school", "school name", "establishment", "establishment name", "name of school", "setting"),
        example="Example Primary School",
    ),
    Field(
        "urn",
        "URN",
        ("urn", "school urn", "dfe urn"),
        example="",
        note="Where you have it, nothing else is needed to find the school.",
    ),
    Field("town", "Town of the school", ("town", "town city", "city", "location", "school town"), example="Exampleton"),
    Field("postcode", "Postcode of the school", ("postcode", "post code", "school postcode"), example="ZZ1 1AA"),
    Field(
        "la",
        "Local authority",
        ("la", "local authority", "lea", "authority", "la name", "county", "borough"),
        example="Exampleshire",
        constant=True,
    ),
)
SCHOOL_NEEDED = (("school", "urn"), "the school’s name or URN")
WHICH = Field(
    "programme",
    "Programme",
    (
        "programme",
        "program",
        "phase",
        "project",
        "work group programme",
        "strand",
        "offer",
        "ncp",
        "ncp code",
        "course",
        "pathway",
    ),
    choice=PROGRAMME,
    constant=True,
    example="Primary Development (Year 1)",
    note="As you call it: you say once what each word means.",
)
YEAR = Field(
    "year",
    "School year",
    ("year", "academic year", "school year", "ay", "year of engagement"),
    constant=True,
    example="2024/25",
    note="Written as 2024/25.",
)
NAME = (
    Field(
        "name",
        "Name",
        (
            "name",
            "full name",
            "participant",
            "participant name",
            "teacher",
            "teacher name",
            "delegate",
            "delegate name",
            "attendee",
            "staff name",
            "contact name",
            "contact",
        ),
        example="Jo Example",
    ),
    Field(
        "first_name",
        "First name",
        ("first name", "forename", "firstname", "given name"),
        note="Instead of the whole name.",
    ),
    Field(
        "last_name", "Last name", ("last name", "surname", "lastname", "family name"), note="Instead of the whole name."
    ),
    Field(
        "email",
        "E-mail",
        (
            "email",
            "e mail",
            "email address",
            "e mail address",
            "contact email",
            "participant email",
            "teacher email",
            "work email",
        ),
        example="jo@school.example.org",
    ),
)
NAME_NEEDED = (("name", "last_name"), "the person’s name")

PAST = Kind(
    "past",
    "Past engagement",
    "Which schools took part in what, in which year, and how it ended.",
    (
        *SCHOOL,
        WHICH,
        YEAR,
        Field(
            "by_year",
            "Programme, in a column for each year",
            heading="year",
            many=True,
            note="For lists with a column 2021/22, 2022/23 … that says what the school did then.",
        ),
        Field(
            "outcome",
            "Outcome",
            ("outcome", "status", "completed", "completion", "result", "engagement status"),
            choice="outcome",
            constant=True,
            example="Completed",
            note="Empty: completed where the year is over, taking part where it is not.",
        ),
        Field(
            "ended",
            "Ended on",
            ("end date", "ended", "date completed", "completion date", "withdrawn on", "date withdrawn", "left"),
            example="",
        ),
        Field(
            "reason",
            "Reason for leaving",
            ("reason", "reason for withdrawal", "withdrawal reason", "reason for leaving"),
            example="",
        ),
    ),
    (SCHOOL_NEEDED, (("programme", "by_year"), "the programme"), (("year", "by_year"), "the school year")),
)

PEOPLE = Kind(
    "people",
    "People",
    "Who works at which school, with address and role.",
    (
        *NAME,
        *SCHOOL,
        Field(
            "role",
            "Role",
            ("role", "roles", "role in project", "type", "position in programme"),
            choice="role",
            many=True,
            constant=True,
            example="Maths lead",
            note="Headteacher, Maths lead, School office, Teacher, Mastery Specialist, Mastery Readiness Lead.",
        ),
        Field("job", "Job title", ("job title", "job", "position", "post", "job role"), example="Year 4 teacher"),
        Field(
            "phone",
            "Telephone",
            ("phone", "telephone", "tel", "mobile", "phone number", "contact number", "telephone number"),
            example="01632 960123",
        ),
        Field("trn", "Teacher reference number", ("trn", "teacher reference number", "teacher ref"), example=""),
    ),
    (NAME_NEEDED, SCHOOL_NEEDED),
)

GROUPS = Kind(
    "groups",
    "Groups",
    "Work Groups with leader, schools, teachers and meeting dates: a row for each school.",
    (
        Field(
            "group",
            "Name of the group",
            (
                "group",
                "group name",
                "work group",
                "work group name",
                "trg",
                "trg name",
                "cohort",
                "cohort name",
                "workgroup",
            ),
            constant=True,
            example="Example North Group",
        ),
        WHICH,
        YEAR,
        Field(
            "leader",
            "Leader",
            (
                "leader",
                "group leader",
                "work group leader",
                "wgl",
                "specialist",
                "mastery specialist",
                "lead",
                "led by",
                "cohort lead",
                "llme",
                "facilitator",
                "trg lead",
            ),
            constant=True,
            example="Sam Example",
        ),
        Field(
            "leader_email",
            "E-mail of the leader",
            ("leader email", "specialist email", "lead email", "leader e mail", "wgl email"),
            constant=True,
            example="sam@school.example.org",
        ),
        *SCHOOL,
        Field(
            "teacher",
            "Teachers who take part",
            (
                "teacher",
                "teachers",
                "participant",
                "participants",
                "lead participant",
                "lead participants",
                "mastery advocate",
                "advocate",
                "advocates",
                "teacher name",
                "participant name",
            ),
            many=True,
            example="Jo Example; Ali Example",
            note="Several columns, or several names with ; between them.",
        ),
        Field(
            "meeting",
            "Meeting dates",
            (
                "meeting",
                "meetings",
                "meeting date",
                "meeting dates",
                "session",
                "session date",
                "sessions",
                "dates",
                "trg date",
                "workshop",
            ),
            many=True,
            constant=True,
            example="15/10/2026; 21/01/2027",
            note="Several columns, or several dates with ; between them.",
        ),
        Field("starts", "Meetings start at", ("start time", "start", "from", "time"), constant=True, example="1.30pm"),
        Field(
            "ends",
            "Meetings end at",
            ("end time", "end", "finish", "until", "finish time"),
            constant=True,
            example="4pm",
        ),
        Field(
            "standing",
            "Running or over",
            ("status", "group status", "state"),
            choice="standing",
            constant=True,
            example="",
            note="Empty: running in this school year, completed in earlier ones.",
        ),
    ),
    (
        (("group",), "the group’s name"),
        (("programme",), "the programme"),
        (("year",), "the school year"),
        (("leader",), "the leader"),
        SCHOOL_NEEDED,
    ),
)

ATTENDANCE = Kind(
    "attendance",
    "Attendance",
    "Who came to which meeting: a row for each mark, or a column for each date.",
    (
        *NAME,
        *SCHOOL,
        Field(
            "group",
            "Name of the group",
            ("group", "group name", "work group", "work group name", "trg", "cohort", "workgroup"),
            constant=True,
            example="Example North Group",
        ),
        YEAR,
        Field(
            "date",
            "Date of the meeting",
            ("date", "meeting date", "session date", "date of meeting", "date of session"),
            constant=True,
            example="15/10/2026",
        ),
        Field(
            "mark",
            "Mark",
            ("mark", "attendance", "attended", "present", "attended y n", "status"),
            choice="mark",
            constant=True,
            example="Present",
        ),
        Field(
            "by_day",
            "Marks, in a column for each date",
            heading="day",
            many=True,
            choice="mark",
            note="For registers with the dates as headings.",
        ),
    ),
    (
        NAME_NEEDED,
        (("group",), "the group’s name"),
        (("date", "by_day"), "the date of the meeting"),
        (("mark", "by_day"), "the mark"),
    ),
)

VISITS = Kind(
    "visits",
    "Visits",
    "Support visits that have been, with what was seen.",
    (
        *SCHOOL,
        Field(
            "date",
            "Date of the visit",
            ("date", "visit date", "date of visit", "visited", "date visited"),
            example="12/11/2026",
        ),
        WHICH,
        Field(
            "leader",
            "Who visited",
            ("leader", "visited by", "visitor", "specialist", "mastery specialist", "led by", "by", "lead"),
            constant=True,
            example="Sam Example",
        ),
        Field(
            "half_days",
            "Length in days",
            ("length", "days", "duration", "half days", "no of days", "number of days"),
            constant=True,
            example="0.5",
        ),
        Field(
            "met",
            "People met",
            ("people met", "met with", "met", "staff met", "who was seen"),
            example="Jo Example, headteacher",
        ),
        Field(
            "notes",
            "What was seen and agreed",
            ("notes", "shared notes", "summary", "comments", "notes of visit", "visit notes", "focus", "report"),
            example="Lesson observed in Year 4.",
        ),
        Field(
            "private",
            "Private note",
            ("private", "private note", "private notes", "confidential", "hub notes", "internal notes"),
            example="",
            note="Never shown to the school.",
        ),
    ),
    (SCHOOL_NEEDED, (("date",), "the date of the visit")),
)

PAYMENTS = Kind(
    "payments",
    "Payments",
    "What schools were paid, so that nothing is paid again.",
    (
        *SCHOOL,
        WHICH,
        YEAR,
        Field(
            "amount",
            "Amount",
            ("amount", "amount paid", "paid", "payment", "£", "value", "total", "sum", "amount £", "funding"),
            constant=True,
            example="1000.00",
        ),
        Field(
            "paid_on",
            "Paid on",
            ("paid on", "date paid", "payment date", "date", "date of payment", "paid date"),
            constant=True,
            example="15/12/2026",
        ),
        Field(
            "reference",
            "Invoice or reference",
            ("invoice", "invoice number", "reference", "ref", "invoice no", "po number", "payment reference", "inv no"),
            example="INV-0042",
        ),
        Field(
            "label",
            "What it was for",
            ("for", "payment for", "description", "what for", "payment type", "details"),
            constant=True,
            example="Teacher release",
        ),
    ),
    (
        SCHOOL_NEEDED,
        (("programme",), "the programme"),
        (("year",), "the school year"),
        (("amount",), "the amount"),
        (("paid_on",), "the day of the payment"),
    ),
)

KINDS: Mapping[str, Kind] = {kind.key: kind for kind in (PAST, PEOPLE, GROUPS, ATTENDANCE, VISITS, PAYMENTS)}

# Answers that are the same everywhere: what is kept, how it is called, and other words for it.
CHOICES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "outcome": (
        ("completed", "Completed", "complete|completed|yes|y|done|finished|full|100%|achieved|engaged|true|✓|✔|1"),
        (
            "active",
            "Taking part now",
            "active|ongoing|on going|in progress|current|taking part|running|participating|started",
        ),
        ("accepted", "Accepted, not started", "accepted|recruited|signed up|confirmed|not started"),
        (
            "withdrawn",
            "Withdrew",
            "withdrawn|withdrew|dropped out|left|did not complete|incomplete|w|no longer engaged|withdrawal",
        ),
        ("paused", "Paused", "paused|on hold|deferred|postponed"),
    ),
    "mark": (
        ("present", "Present", "present|p|y|yes|1|x|/|\\|✓|✔|attended|true|here|online"),
        ("apologies", "Apologies", "apologies|apology|ap|apols|a - apologies|sent apologies|excused|ill|illness"),
        ("absent", "Absent", "absent|n|no|0|did not attend|dna|false|-|not present|no show|✗|✘"),
        ("", "No mark: leave it out", "n/a|na|not required|not in group"),
    ),
    "role": (
        (
            "headteacher",
            "Headteacher",
            "headteacher|head|head teacher|ht|principal|executive head|acting headteacher|head of school",
        ),
        (
            "maths_lead",
            "Maths lead",
            "maths lead|mathematics lead|math lead|maths leader|maths coordinator|subject lead|ml|head of maths|head of department|hod|maths subject lead",
        ),
        (
            "office",
            "School office",
            "office|school office|administrator|admin|sbm|school business manager|business manager|finance|secretary",
        ),
        (
            "teacher",
            "Teacher",
            "teacher|class teacher|participant|lead participant|lp|mastery advocate|advocate|teaching assistant|ta|ect|delegate",
        ),
        ("specialist", "Mastery Specialist", "mastery specialist|specialist|pms|sms|work group lead|wgl"),
        ("readiness_lead", "Mastery Readiness Lead", "mastery readiness lead|readiness lead|mrl"),
        ("", "No role: leave it out", "none|n/a|other|-"),
    ),
    "standing": (
        ("running", "Running", "running|active|ongoing|current|in progress|live"),
        ("completed", "Completed", "completed|complete|finished|closed|ended|done|over"),
    ),
}


def choices_of(choice: str, programmes: Mapping[str, str]) -> dict[str, str]:
    """What may be answered, with how it is called."""
    return dict(programmes) if choice == PROGRAMME else {value: label for value, label, _words in CHOICES[choice]}


def meant_by(choice: str, text: str) -> str | None:
    """What a word of the usual ones means; None for one that somebody must be asked about."""
    word = folded(text)
    for value, label, words in CHOICES.get(choice, ()):
        if word == label.lower() or word in words.split("|"):
            return value
    return None


def programme_meant(text: str, names: Mapping[str, str]) -> str | None:
    """The one programme that is called so, by any of its names (folded); None where it might be another."""
    return names.get(folded(text))
