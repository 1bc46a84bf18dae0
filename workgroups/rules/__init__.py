"""Pure rules of workgroups: dates and reasons."""
