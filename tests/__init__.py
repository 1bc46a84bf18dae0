"""Tests of the portal, in the order of its apps; tests/browser drives a real browser."""
