"""The outside world of the dashboards: spreadsheets that people upload."""
