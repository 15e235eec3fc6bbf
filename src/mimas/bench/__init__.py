"""The benchmark: a made-up workforce through every step, and beside each step the bare program."""
