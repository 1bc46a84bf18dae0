"""Pages and steps of money."""
