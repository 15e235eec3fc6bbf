"""Expressions: text to tree, tree to Python, and the evaluator that explains."""
