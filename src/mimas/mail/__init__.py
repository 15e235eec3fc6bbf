"""Mails to people: templates, letters and how they look, the servers that take and keep them, and answers."""
