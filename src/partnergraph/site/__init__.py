"""The pages of the server: organisations, search, the workbench, and the graph's own addresses."""
