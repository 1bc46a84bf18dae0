"""The verbs of dashboards: making the demo, trying an e-mail again."""
