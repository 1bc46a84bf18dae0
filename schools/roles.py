"""Kinds of role, and the groups of kinds that steps are allowed to. No Django: names only."""

NATIONAL = "national"
HUB_LEAD = "hub_lead"
HUB_ADMIN = "hub_admin"
BOARD = "board"
SPECIALIST = "specialist"
READINESS_LEAD = "readiness_lead"
TRUST_LEAD = "trust_lead"
HEADTEACHER = "headteacher"
MATHS_LEAD = "maths_lead"
OFFICE = "office"
COVER = "cover"
TEACHER = "teacher"
# Granted by placing a school in a group: what a leader may see follows from it.
LEADS_SCHOOL = "leads_school"

LABELS = {
    NATIONAL: "National team",
    HUB_LEAD: "Hub lead",
    HUB_ADMIN: "Hub administrator",
    BOARD: "Strategic board member",
    SPECIALIST: "Mastery Specialist",
    READINESS_LEAD: "Mastery Readiness Lead",
    TRUST_LEAD: "Trust lead",
    HEADTEACHER: "Headteacher",
    MATHS_LEAD: "Maths lead",
    OFFICE: "School office",
    COVER: "Cover contact",
    TEACHER: "Teacher",
    LEADS_SCHOOL: "Leads a group of this school",
}

HUB_STAFF = (HUB_LEAD, HUB_ADMIN)
HUB_READERS = (*HUB_STAFF, BOARD)
LEADERS = (SPECIALIST, READINESS_LEAD)
SCHOOL_LEADS = (HEADTEACHER, MATHS_LEAD, TRUST_LEAD)
SCHOOL_STAFF = (*SCHOOL_LEADS, OFFICE)
# Whom one writes to at a school, the first where one is enough.
CONTACTS = (HEADTEACHER, MATHS_LEAD, OFFICE, COVER)

AT_HUB = (*HUB_READERS, *LEADERS)
AT_SCHOOL = (HEADTEACHER, MATHS_LEAD, OFFICE, COVER, TEACHER, LEADS_SCHOOL)
AT_TRUST = (TRUST_LEAD,)

# Told by e-mail and no more: they are not invited, and see nothing.
WITHOUT_SIGN_IN = frozenset({COVER})

# What each hears by e-mail, as a school's page of people says it.
HEARS = {
    TRUST_LEAD: "Nothing by themselves: what waits is on their home",
    HEADTEACHER: "All dates and changes, visits, money; what needs a confirmation",
    MATHS_LEAD: "All dates and changes, visits, money",
    OFFICE: "All dates and changes, visits, money",
    COVER: "All dates and changes, visits; does not sign in",
    TEACHER: "Dates of their own group, changes, reminders",
}
