"""Forms of the national team's pages."""
