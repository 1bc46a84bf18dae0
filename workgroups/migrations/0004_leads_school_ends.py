"""Leaders no longer see the schools of groups that have ended, or that they have left."""

from collections import defaultdict

from django.db import migrations

SOURCE = "workgroups.place:"


def end_roles(apps, schema_editor):
    """A role that a place gave ends with its group's year, with the school's leaving, or with the leader's time."""
    place_model = apps.get_model("workgroups", "Place")
    role_model = apps.get_model("schools", "Role")
    open_roles = role_model.objects.filter(kind="leads_school", source__startswith=SOURCE, ends_on=None)
    roles = defaultdict(list)
    for role in open_roles:
        roles[int(role.source.removeprefix(SOURCE))].append(role)
    for place in place_model.objects.select_related("group__leader").order_by("pk").iterator():
        for role in roles.get(place.pk, ()):
            leader = place.group.leader
            leader_ends_on = leader.ends_on if leader.person_id == role.person_id else None
            ends = [day for day in (place.group.ended_on, place.left_on, leader_ends_on) if day is not None]
            if ends:
                role.ends_on = min(ends)
                role.starts_on = min(role.starts_on, role.ends_on)
                role.save(update_fields=["starts_on", "ends_on"])


class Migration(migrations.Migration):

    dependencies = [
        ("schools", "0001_initial"),
        ("workgroups", "0003_meeting_untold"),
    ]

    operations = [migrations.RunPython(end_roles, migrations.RunPython.noop, elidable=True)]
