"""Workflows: what lets requests through, and what follows from them and from changes of sets."""
