"""Mails to people: the server that takes them, and sending. Text only; templates and HTML are to come."""
