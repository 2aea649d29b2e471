"""Files of public registers -> records: one module a register."""
