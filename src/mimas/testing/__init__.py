"""A connected system that is not there: faithful, or as unfaithful as real ones are.

A `System` is what its administrator sees: entries that are put, renamed and removed, and a journal of what was asked of
it. A `Simulator` is the connector to it, the kind ``simulator`` in documents. How the system treats what it is given is
its `Nature`. What depends on chance depends on the seed and on how much has been asked before: the same, asked in the
same order, gives the same. All of it stands in one SQLite file, so a system outlives whoever writes to it.
"""

from mimas.testing.nature import Nature as Nature
from mimas.testing.simulator import Simulator as Simulator
from mimas.testing.simulator import SimulatorSettings as SimulatorSettings
from mimas.testing.system import RefusalError as RefusalError
from mimas.testing.system import Stored as Stored
from mimas.testing.system import System as System
from mimas.testing.system import Write as Write
