"""The history: what every row was before it was changed, the chain that seals it, and what can be told of it."""
