"""Connectors: how Mimas reads and writes connected systems. One module or folder a family of systems."""
