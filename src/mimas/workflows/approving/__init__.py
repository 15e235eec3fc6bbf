"""Consent: who is asked for it, how they decide, who stands in for them, and what would come of it."""
