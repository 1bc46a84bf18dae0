"""The verbs of workgroups, one file per family."""
