"""The formats of a result: SPARQL's own, data frames, and files for spreadsheet programs."""
