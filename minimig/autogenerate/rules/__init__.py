"""What differs in one pair of tables, as operations: one file per subject, each holding functions.

A rule is a function `(pair, questioner) -> operations`. `order` lists them; a new kind of difference is one
more function there. A rule does not care about the order of execution: that is computed from footprints
afterwards.
"""
