"""Settings: names by which lower layers find what upper ones bring, each written out, so that it can be found."""

NOTICE_KINDS = [
    "schools.notices.KINDS",
    "programmes.notices.KINDS",
    "workgroups.notices.KINDS",
    "funding.notices.KINDS",
]
# Kinds of long work: tuples of hubportal.core.jobs.JobKind.
JOB_KINDS = [
    "schools.actions.uploads.KINDS",
    "programmes.actions.bulk.KINDS",
    "hubportal.dashboards.actions.records.work.KINDS",
]
# What a school is named in once it has had to do with the programme, besides what a hub ran for it.
SCHOOL_ENGAGEMENT = ["programmes.models.Interest", "programmes.models.Enrolment"]
# What placeholders of a letter become by the day, and who is still on its list, by what that list is of.
LETTER_FACTS = ["workgroups.actions.recipients.FACTS"]
LETTER_LISTS = [
    "schools.actions.recipients.STILL",
    "programmes.actions.recipients.STILL",
    "workgroups.actions.recipients.STILL",
]
# Which schools, people and addresses have a part in a programme: only they get what is no news and want no news.
LETTER_PARTS = ["schools.actions.recipients.with_part", "programmes.actions.recipients.with_part"]
# What stands once only for a person, and how each app settles it when two records of one person are merged.
PERSON_CLASHES = [
    "schools.actions.merging.CLASHES",
    "programmes.actions.merging.CLASHES",
    "workgroups.actions.merging.CLASHES",
]
# Where people are named as the outbox names them.
PERSON_KEYS = ["schools.actions.merging_keys.KEYS", "workgroups.actions.merging.KEYS"]
# What of people is held before them where two records are merged, in this order.
PERSON_HOLDS = ["programmes.actions.merging.enrolments_of"]
# Why, all the same, two records cannot be one person's yet.
PERSON_BARS = ["programmes.actions.merging.why_not_one"]
# What the sweep does, in this order.
RECONCILERS = [
    "schools.actions.uploads.settle_stopped",
    "schools.actions.hubs.do_due_changes",
    "schools.actions.moves.do_due_moves",
    "schools.actions.successors.do_due_successions",
    "schools.actions.successors.move_people",
    "workgroups.actions.successors.follow_successors",
    "workgroups.actions.hub_changes.follow_hub_changes",
    "workgroups.actions.left_behind.take_what_is_left",
    "programmes.actions.following.follow_hubs",
    "programmes.actions.following.follow_versions",
    "programmes.actions.links.answer_asked",
    "workgroups.actions.taking_effect.take_effect_due",
    "programmes.actions.new_heads.follow_heads",
    "workgroups.actions.groups.reconcile_participants",
    "workgroups.actions.leading.hand_over_due",
    "funding.actions.reconcile_rates",
    "funding.actions.reconcile_awards",
    "funding.actions.follow_hubs",
]
FORGETTERS = [
    "programmes.actions.drafts.forget_old",
    "programmes.actions.links.forget_old",
    "programmes.actions.priority.forget_old",
    "schools.actions.uploads.forget_old",
    "hubportal.dashboards.actions.records.uploads.forget_old",
]
# Of an e-mail that was not taken, and why: what is known of its address by that.
ADDRESS_REFUSED = "schools.actions.bounces.take_refusal"
# Of an enrolment: in which group it has its place, or had it last, and what its school hosts there.
ENROLMENT_PLACE = "workgroups.models.place_of"
ENROLMENT_LAST_PLACE = "workgroups.models.last_place_of"
ENROLMENTS_WITH_LAST_PLACE = "workgroups.models.with_last_place"
ENROLMENT_HOSTING = "workgroups.models.hosted_by"
ENROLMENTS_WITH_HOSTING = "workgroups.models.with_hosting"
# Of an enrolment and a person: what they were written to of its group.
ENROLMENT_HEARD = "workgroups.actions.told.heard_of_group"
NAMED_PLACES = "programmes.models.named_places"
# Of hubs: what they run and ran for which school until when, and who takes or took part in it.
RUN_BY_HUBS = "programmes.models.run_by"
TOOK_PART_WITH_HUBS = "programmes.models.took_part_with"
# Of a person and a day: what they take part in, each said by a line and by its programme.
PARTS_OF = "programmes.models.parts_of"
