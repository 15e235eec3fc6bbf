"""Sets and criteria groups: who belongs to them, kept with every transaction."""
