"""Bringing records from spreadsheets."""
