"""Fuzzing: cases made of examples by chance, given to every parser that reads bytes or text from outside.

Neither Hypothesis nor atheris: a case of Hypothesis costs a thousand times what reading it costs, and atheris sees
only Python's lines, needs a compiler, and gives other cases each time. What this keeps of both: failing cases are made
small, and a case with an outcome that was not seen before becomes an example for others.
"""
