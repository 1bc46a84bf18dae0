"""The forms of programmes, one module a family."""
