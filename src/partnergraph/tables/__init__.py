"""Tables in files: CSV, .xlsx and .ods -> cells with their places; which tables and columns there are."""
