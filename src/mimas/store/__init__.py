"""The store: one database with everything Mimas knows, on SQLite or PostgreSQL. SQL is written here only."""
