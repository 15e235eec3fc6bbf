"""Runs: the import, sync and export steps, their guards, and the profiles that put them in order."""
