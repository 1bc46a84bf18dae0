"""Settings: tab bars that several apps share, by label and URL name, whichever app holds the page."""

SCHOOL_TABS = (
    ("Facts", "schools:school-detail"),
    ("Journey", "programmes:school-journey"),
    ("People", "schools:school-people"),
    ("Dates", "workgroups:school-dates"),
    ("Groups and visits", "workgroups:school-groups"),
    ("Funding", "funding:school-funding"),
    ("Letters", "schools:school-letters"),
    ("History", "schools:school-history"),
)
# The list that pages under a tab bar lead back to.
TAB_LISTS = {"SCHOOL_TABS": ("Schools", "schools:school-list")}
LETTER_TABS = (
    ("The draft", "schools:letter-detail"),
    ("Text", "schools:letter-write"),
    ("Recipients", "schools:letter-recipients"),
    ("Preview and send", "schools:letter-preview"),
)
GROUP_TABS = (
    ("The year", "workgroups:group-detail"),
    ("Schools and teachers", "workgroups:group-schools"),
    ("Meetings", "workgroups:group-meetings"),
    ("Visits", "workgroups:group-visits"),
    ("Funding", "funding:group-funding"),
    ("Reminders", "workgroups:group-notices"),
    ("History", "workgroups:group-history"),
)
