"""What can be said against a configuration before it runs, one question a module: see `mimas.configuration.check`."""
