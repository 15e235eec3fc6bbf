"""Killing Mimas in the middle of its work, and looking at what came of it: law 8 (design, section 9)."""
