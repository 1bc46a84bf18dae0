"""Spreadsheets that people upload, read as lines of text: the one reader of the portal, whatever it is they hold."""
