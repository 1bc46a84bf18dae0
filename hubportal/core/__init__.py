"""Clock, journal, notices, status moves, form and view bases."""
