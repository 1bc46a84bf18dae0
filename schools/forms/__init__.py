"""Forms of schools: one module a family."""
