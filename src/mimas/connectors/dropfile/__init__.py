"""Drop files (MIM: audit drop files): what an import read or an export sent, written down, and read again."""
