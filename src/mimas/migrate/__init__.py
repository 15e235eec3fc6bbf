"""Reads the configurations of MIM and Entra Connect and writes documents that do the same.

A file is read into elements; each of them is told what became of it, so that the report adds up to the file.
"""
