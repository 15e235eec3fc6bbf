"""The engine in four strata: link, resolve, membership, outbound. Pure: no I/O, no clock, no memory of its own."""
