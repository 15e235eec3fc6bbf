"""Single objects and resources, explained: what the next sync would do with one, why a value is what it is, why not."""
