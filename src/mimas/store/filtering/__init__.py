"""Filters over the store: as SQL, page by page, and only as far as their author may read."""
