"""Running a query within limits of time and memory: in this process or in one of its own, and how the two talk."""
