"""The catalogue of programmes: what a new portal starts with, and what each new year adds. All of it can be edited."""
