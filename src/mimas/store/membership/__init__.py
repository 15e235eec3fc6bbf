"""Sets and criteria groups: who belongs to them, kept with every transaction."""

from mimas.store.membership.lists import count as count
from mimas.store.membership.lists import counts as counts
from mimas.store.membership.lists import members as members
from mimas.store.membership.lists import of as of
from mimas.store.membership.settling import settle as settle
from mimas.store.membership.settling import take_due as take_due
from mimas.store.membership.transitions import Transition as Transition
