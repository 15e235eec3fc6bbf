"""The checks, a module for each family; imported in the order of the report."""

from mimas.connectors.testing.checks import describing as describing  # isort: skip
from mimas.connectors.testing.checks import reading as reading  # isort: skip
from mimas.connectors.testing.checks import anchors as anchors  # isort: skip
from mimas.connectors.testing.checks import deltas as deltas  # isort: skip
from mimas.connectors.testing.checks import confirming as confirming  # isort: skip
from mimas.connectors.testing.checks import references as references  # isort: skip
from mimas.connectors.testing.checks import refusing as refusing  # isort: skip
from mimas.connectors.testing.checks import repeating as repeating  # isort: skip
from mimas.connectors.testing.checks import texts as texts  # isort: skip
from mimas.connectors.testing.checks import sizes as sizes  # isort: skip
from mimas.connectors.testing.checks import listings as listings  # isort: skip
from mimas.connectors.testing.checks import secrets as secrets  # isort: skip
