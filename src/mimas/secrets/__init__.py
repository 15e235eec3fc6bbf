"""Passwords and tokens: a document says where one is found, and what is kept in the store is sealed."""
