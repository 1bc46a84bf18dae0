"""The outside world of schools: GIAS files and the like; no ORM, no request."""
