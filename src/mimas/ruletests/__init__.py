"""Rule tests: example people beside the rules, what has to become of them, and what the rules make of them.

They stand in the folder ``tests`` of a home, and are run by the real engine, in memory: by ``mimas test``, by pytest
(`mimas.ruletests.plugin`), or by a program, with `mimas.ruletests.suite.Suite`.
"""
