"""The verbs of dashboards: making the demo."""
