"""The activities that workflows consist of: one class each, whose fields are its settings."""
