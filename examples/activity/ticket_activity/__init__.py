"""An activity for Mimas: it opens a ticket."""
