"""The ``mimas`` command."""
