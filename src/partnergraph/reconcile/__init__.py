"""The reconciliation service (Reconciliation API 0.2), by which OpenRefine matches names against the graph."""
