"""Tests of workgroups."""
