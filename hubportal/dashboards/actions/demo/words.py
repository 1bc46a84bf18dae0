"""What the demo's people write: topics, reasons, logs. Invented, and the same for every programme."""

TOPICS = (
    "Small steps and why they matter",
    "Representing numbers to see their structure",
    "Talking mathematically",
    "Fluency that lasts",
    "What varies and what stays the same",
    "Sharing what we tried, and what comes next",
)

_FRACTIONS = """We watched a lesson on comparing fractions together. Pupils explained their thinking in full \
sentences and listened to each other. The bar model stayed on the board all the way through."""
_WALK = """A walk through five classrooms. The same sentence stems are in use in all of them, and pupils know what \
they are for. Working walls show the steps of the current unit."""
_PLAN = "We planned the next unit together, in small steps, and chose the questions that vary one thing at a time."
_TEAM = """Team teaching in the morning. Pupils used counters and then drew what they saw; most could say why the \
rule works."""
_TALK = """A meeting with the headteacher about time for the team to meet. Then a lesson on place value, with a good \
talk about the one misconception that came up."""
SEEN = (_FRACTIONS, _WALK, _PLAN, _TEAM, _TALK)
PRIVATE = (
    "Staffing is stretched this term; worth a call before the next visit.",
    "",
    "The headteacher is very supportive. A good school to host a meeting next year.",
    "",
    "One of the two teachers may move on in the summer.",
)
AGREED = (
    ("Plan the next unit in small steps and bring it to the next meeting", "Maths lead"),
    ("Use the sentence stems in every lesson for three weeks", "Both teachers"),
    ("Find half an hour a week for the team to plan together", "Headteacher"),
    ("Try the variation questions and note what pupils say", "Both teachers"),
)
MET = ("The two teachers", "The two teachers and the headteacher", "Maths lead and two teachers", "The whole team")

WAITING = "All places for your area are taken. Schools often drop out in the summer; you are next in line."
DECLINED = "Your school already works with a neighbouring hub on this. They can support you better from close by."
RETURNED = "The invoice carries last year's project code. Please send it again with this year's."
SMALL_GROUP = "Two schools have moved to another hub. The group starts with those that remain."
NOT_ALL_VISITS = "One visit was made up for by telephone, as agreed with the school."
MESSAGE = "We have two new teachers in the team and would very much like to start in September."

FITS = "It teaches the ages that the programme is for, and its headteacher asked to join with the others."

LETTER = (
    "Dates for your diary, {first name}",
    """Dear {first name},

thank you for everything that {school} gives to the programme. In the summer term we hold an open morning, with \
lessons to watch and time to talk to headteachers whose schools have been through the years that lie ahead of you.

Please keep the second Thursday in June free. Details follow.

{sender}
{hub}""",
)
QUESTION = "Which of your two sites would the teachers come from, and could both be released on the same afternoon?"
ANSWER = "Both from the upper site. Tuesday and Thursday afternoons suit us, and both can be released together."

PRIORITY = "Many disadvantaged pupils"
