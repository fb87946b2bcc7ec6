"""From two states to an ordered list of operations.

Pure: no database, no files. Start with `autodetector`, the pipeline, one step a line: filter, find renames,
compare, order, optimize. `questioner` is how a person is asked, `partition` shares the operations out among
apps.
"""
