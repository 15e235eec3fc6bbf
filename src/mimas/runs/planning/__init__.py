"""Plans: what a run would do, seen before anything is done; and doing just that."""
