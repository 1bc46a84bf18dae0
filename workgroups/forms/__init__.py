"""Forms of workgroups, one file per family."""
