"""The configuration of MIM's Synchronization Service: management agents and metaverse, as documents."""

from mimas.migrate.sync.carrying import carry

__all__ = ["carry"]
