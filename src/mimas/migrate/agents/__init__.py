"""Management agents (connectors of the old products) as connectors and run profiles."""
