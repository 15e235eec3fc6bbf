"""The commands as they are typed, a module a family. What they do is imported when it is needed."""
