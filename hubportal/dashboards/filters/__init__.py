"""Filters of the dashboards."""
