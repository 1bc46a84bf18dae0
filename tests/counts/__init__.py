"""How many queries each list and home takes: one module an app."""
