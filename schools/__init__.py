"""Who and where: hubs, trusts, schools, persons, users, roles."""
