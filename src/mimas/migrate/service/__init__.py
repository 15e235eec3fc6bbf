"""The configuration of the MIM Service, as Export-FIMConfig writes it: the portal's schema, sync rules and policy."""

from mimas.migrate.service.carrying import carry as carry
