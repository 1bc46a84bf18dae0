"""Rules of the dashboards: how uploaded spreadsheets are read. Pure."""
