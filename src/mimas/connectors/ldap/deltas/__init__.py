"""How a directory tells what has changed in it: found from what it says of itself, not configured."""
