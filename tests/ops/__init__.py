"""Tests of starting and stopping the portal."""
