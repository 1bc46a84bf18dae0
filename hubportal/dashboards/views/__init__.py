"""Homes, the national table, search, reminders, the demo's switches, signs of life."""
