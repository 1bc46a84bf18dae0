"""Bringing records in from spreadsheets: looked at first, brought in at one go, taken back where nobody built on it."""
