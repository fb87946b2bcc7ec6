"""What meets a database: the plan of a run, and the parts that carry it out and remember it."""
