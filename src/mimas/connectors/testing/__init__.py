"""The conformance kit: tries a connector against what it says that it can do, and prints a report.

Whoever writes a connector writes a `Subject` for it, and then ``grade(MySubject).raise_if_failed()`` in a test, or
``mimas connector grade my_package:MySubject`` in a shell. The documentation (*Writing a connector*) has an example.
"""

from mimas.connectors.testing import checks as checks
from mimas.connectors.testing.check import CHECKS as CHECKS
from mimas.connectors.testing.check import Verdict as Verdict
from mimas.connectors.testing.finding import find as find
from mimas.connectors.testing.grading import Maker as Maker
from mimas.connectors.testing.grading import grade as grade
from mimas.connectors.testing.grading import try_check as try_check
from mimas.connectors.testing.report import Outcome as Outcome
from mimas.connectors.testing.report import Report as Report
from mimas.connectors.testing.subject import Subject as Subject
