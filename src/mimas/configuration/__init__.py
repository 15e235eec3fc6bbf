"""Documents in and out: reading a home folder, checking it, building from it what the runs are set up with."""
