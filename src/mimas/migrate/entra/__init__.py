"""The server configuration of Entra Connect, as *Export configuration* and its documenter write it."""

from mimas.migrate.entra.carrying import carry

__all__ = ["carry"]
