"""What a configuration says, as pages that people read and hand on: static HTML that needs nothing else."""
