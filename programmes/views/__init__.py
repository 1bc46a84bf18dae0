"""The pages of programmes, one module a family."""
