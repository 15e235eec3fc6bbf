"""Schedules: when run profiles are run, by whom it is told what came of them, and the process that does it."""
