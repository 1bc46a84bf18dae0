"""The verbs of schools: each atomic, each told who acts and when."""
