"""The columns of each kind of records: what they hold, and how people head them.

A block is one column: ``key: label``, then the ``words`` that headings use (the best first), ``unless`` words that
make another thing of it, what it is besides (``is constant``: may be said once for all rows; ``many``: may be several
columns; ``spare``: a cell that cannot be read is left out; ``dated``: its cells are days; ``yearly``: it is of one
school year, and its heading may say of which; ``day``, ``year``: the heading itself says which), the ``choice`` that
its cells come from, the template's ``example``, and a ``note`` for people.
"""

SCHOOL = """
school: School
  words school, school name, establishment, establishment name, name of school, setting, works at, based at
  example Example Primary School
urn: URN
  words urn, school urn, dfe urn, urn number, laestab, la estab, dfe number, dfe no, establishment number
  note Where you have it, nothing else is needed to find the school. The DfE number, as 855/2001, does as well.
town: Town of the school
  words town, town city, city, location, place, school town
  example Exampleton
postcode: Postcode of the school
  words postcode, post code, school postcode
  example ZZ1 1AA
la: Local authority
  words la, local authority, lea, authority, la name, county, borough
  is constant
  example Exampleshire
"""

WHICH = """
programme: Programme
  words programme, program, prog, phase, project, strand, offer, ncp, ncp code, course, pathway, programme name
  choice programme
  is constant
  example Year 1 programme
  note As you call it: you say once what each of your words means.
"""

YEAR = """
year: School year
  words year, academic year, school year, ay, year of engagement, yr, academic yr, school yr, acad year
  unless financial, fiscal, finance, tax, budget, calendar
  is constant
  example 2024/25
  note Written as 2024/25.
"""

NAME = """
name: Name
  words name, full name, participant, participant name, teacher, teacher name, delegate, delegate name, attendee,
  words staff name, contact name, contact
  example Jo Example
first_name: First name
  words first name, forename, firstname, given name
  note Instead of the whole name.
last_name: Last name
  words last name, surname, lastname, family name
  note Instead of the whole name.
email: E-mail
  words email, e mail, email address, e mail address, contact email, participant email, teacher email, work email
  example jo@school.example.org
"""

PAST = """
by_year: Programme, in a column for each year
  is many year
  choice programme
  note For lists with a column for each year, 2021/22, 2022/23 …; what is of one year says it, too: 2022/23 Outcome.
outcome: Outcome
  words outcome, status, completed, completion, result, engagement status, finished, finished y n, done, completed y n,
  words how it ended, how did it end, how it went
  choice outcome
  is constant yearly
  example Completed
  note Empty: completed where the year is over, taking part where it is not.
ended: Ended on
  words end date, ended, date completed, completion date, withdrawn on, date withdrawn, left,
  words left on
  is dated yearly
reason: Reason for leaving
  words reason, reason for withdrawal, withdrawal reason, reason for leaving
  is spare yearly
"""

TOOK_PART = """
teacher: Who took part
  words participant, participant name, teacher, teacher name, delegate, delegate name, attendee, lead participant,
  words participants, teachers, lead participants
  unless release, days, day, number, no, count, total, trn, ref, reference
  is many yearly
  example Jo Example
  note Needed where people take part without their school, as in specialist training. Several names with ; between them.
teacher_email: E-mail of who took part
  words participant email, teacher email, delegate email, email, e mail, email address, e mail address
  unless school, head, headteacher, office, contact
  is many yearly
  example jo@school.example.org
  note As the names, in the same order.
"""

PEOPLE = """
role: Role
  words role, roles, role in project, type, position in programme
  choice role
  is constant many
  example Maths lead
job: Job title
  words job title, job, position, post, job role
  is spare
  example Year 4 teacher
phone: Telephone
  words phone, telephone, tel, mobile, phone number, contact number, telephone number
  is spare
  example 01632 960123
trn: Teacher reference number
  words trn, teacher reference number, teacher ref
"""

GROUP = """
group: Name of the group
  words group, group name, work group, work group name, trg, trg name, cohort, cohort name, workgroup, wg, wg name
  unless leader, lead, specialist, email, date, dates, meeting, meetings, mtg, mtgs
  is constant
  example Example North Group
"""

LED = """
leader: Leader
  words leader, group leader, work group leader, wgl, specialist, mastery specialist, lead, led by, cohort lead, llme,
  words facilitator, trg lead, wg leader, wg lead
  is constant
  example Sam Example
leader_email: E-mail of the leader
  words leader email, specialist email, lead email, wgl email
  unless teacher, participant, advocate
  is constant
  example sam@school.example.org
"""

GROUPS = """
teacher: Teachers who take part
  words teacher, teachers, participant, participants, lead participant, lead participants, mastery advocate, advocate,
  words advocates, teacher name, participant name
  is many
  example Jo Example; Ali Example
  note Several columns, or several names with ; between them.
teacher_email: E-mail of the teachers
  words teacher email, teachers email, participant email, lead participant email, advocate email, email, e mail,
  words email address, e mail address, teacher emails, participant emails, emails, teacher e mail, participant e mail
  unless school, head, headteacher, office, contact
  is many
  example jo@school.example.org; ali@school.example.org
  note As the names: a column beside each, or as many with ; between them, in the same order; empty where not known.
meeting: Meeting dates
  words meeting, meetings, meeting date, meeting dates, session, session date, sessions, dates, trg date, workshop,
  words mtg, mtgs, mtg date, mtg dates, wg date, wg meeting
  unless attended, attendance, missed, number, no, total, count, time, venue, place, location, host, notes
  is dated constant many
  example 15/10/2024; 21/01/2025
  note Several columns, or several dates with ; between them.
starts: Meetings start at
  words start time, start, from, time
  is constant
  example 1.30pm
ends: Meetings end at
  words end time, end, finish, until, finish time
  is constant
  example 4pm
standing: Running or over
  words status, group status, state
  choice standing
  is constant
  note Empty: running in this school year, completed in earlier ones.
"""

ATTENDANCE = """
date: Date of the meeting
  words date, meeting date, mtg date, session date, date of meeting, date of session
  is dated constant
  example 15/10/2024
mark: Mark
  words mark, attendance, attended, present, attended y n, status
  choice mark
  is constant
  example Present
by_day: Marks, in a column for each date
  is many day
  choice mark
  note For registers that have the dates as headings.
"""

VISITS = """
date: Date of the visit
  words date, visit date, date of visit, visited, date visited, visit, visits, visit dates, dates
  unless length, days, duration, number, no, by, leader, type, focus, purpose, status, time, notes, summary, comments
  is dated many
  example 12/11/2024
  note Where a row is a school with several visits: several columns, or several dates with ; between them.
leader: Who visited
  words leader, visited by, visitor, specialist, mastery specialist, led by, by, lead
  is constant
  example Sam Example
leader_email: E-mail of who visited
  words leader email, specialist email, visitor email, lead email
  is constant
half_days: Length in days
  words length, days, duration, half days, no of days, number of days
  is constant
  example 0.5
met: People met
  words people met, met with, met, staff met, who was seen
  is spare
  example Jo Example, headteacher
notes: What was seen and agreed
  words notes, shared notes, summary, comments, notes of visit, visit notes, focus, report, what was seen, observations,
  words what was seen and agreed
  is spare
  example Lesson observed in Year 4.
private: Private note
  words private, private note, private notes, confidential, hub notes, internal notes
  is spare
  note Never shown to the school.
"""

PAYMENTS = """
amount: Amount
  words amount, amount paid, paid, payment, £, value, total, sum, amount £, funding
  is constant
  example 1000.00
paid_on: Paid on
  words paid on, date paid, payment date, date, date of payment, paid date
  is dated constant
  example 15/12/2024
reference: Invoice or reference
  words invoice, invoice number, reference, ref, invoice no, po number, payment reference, inv no
  example INV-0042
label: What it was for
  words for, payment for, description, what for, payment type, details
  is constant
  example Teacher release
  note Empty: the first of what the programme pays for, Teacher release where that is not known.
"""
