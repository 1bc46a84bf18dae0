"""The outside world of programmes: the calendar of bank holidays."""
