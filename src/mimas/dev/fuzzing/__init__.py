"""Fuzzing: cases made of examples by chance, given to every parser that reads bytes or text from outside.

Neither Hypothesis nor atheris: making a case costs Hypothesis many times what reading it costs, and the laws have it;
atheris would be one more dependency, and follows lines of Python, where half of the reading is done in C. What this
keeps of both: failing cases are made small, and a case with a new outcome becomes an example for others.
"""
