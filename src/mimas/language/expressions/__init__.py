"""Expressions: text to tree, tree to Python, and the evaluator that explains."""

from mimas.language.expressions.analysis import impure as impure
from mimas.language.expressions.codegen import compiled as compiled
from mimas.language.expressions.codegen import source as source
from mimas.language.expressions.evaluate import evaluate as evaluate
from mimas.language.expressions.parser import parse as parse
from mimas.language.expressions.tree import attributes as attributes
from mimas.language.expressions.tree import counted as counted
from mimas.language.expressions.tree import refuses as refuses
from mimas.language.expressions.tree import uses_now as uses_now
from mimas.language.expressions.tree import valued as valued
from mimas.language.expressions.writing import written as written
