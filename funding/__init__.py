"""What it is worth: rates, awards, claims, payments."""
