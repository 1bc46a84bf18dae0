"""Template filters of schools."""
