"""Filters: the XPath dialect of the MIM Service, for searches."""
