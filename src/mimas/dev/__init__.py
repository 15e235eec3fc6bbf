"""What the developers of Mimas use: harnesses that try its laws. The command is ``mimas-dev``."""
