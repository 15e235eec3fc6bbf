"""Everything that the run history can say: the codes of its notes, the results of its steps, their counters."""

from collections.abc import Mapping

from mimas.runs.catalogue.counters import COUNTERS as COUNTERS
from mimas.runs.catalogue.counters import WITHOUT_OBJECTS as WITHOUT_OBJECTS
from mimas.runs.catalogue.entry import Entry as Entry
from mimas.runs.catalogue.entry import Stage as Stage
from mimas.runs.catalogue.errors import ERRORS as ERRORS
from mimas.runs.catalogue.results import RESULTS as RESULTS

CATALOGUE: Mapping[str, Mapping[str, Entry]] = {"error": ERRORS, "result": RESULTS, "counter": COUNTERS}
"""Kind of term → the terms of that kind. Some terms are both a code and the counter of what has it."""
