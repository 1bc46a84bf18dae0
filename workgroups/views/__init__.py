"""Pages and steps of workgroups, one file per family."""
