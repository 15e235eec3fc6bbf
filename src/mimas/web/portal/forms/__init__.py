"""Forms: which fields there are, what stands in them, and what somebody wishes who has filled one in."""
