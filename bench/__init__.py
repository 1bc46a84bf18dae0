"""Measurements, each held against a floor measured in the same run."""
