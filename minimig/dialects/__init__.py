"""One database each: how it spells a change (`SchemaEditor`) and how it reports a schema (`Normalizer`).

Nothing else in minimig knows a dialect by name. `editor` says what a new dialect has to provide.
"""
