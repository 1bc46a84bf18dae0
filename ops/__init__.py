"""Building and running the portal on one machine. Nothing here is imported by the portal itself."""
