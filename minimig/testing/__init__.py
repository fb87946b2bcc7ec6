"""Tests of a project's migrations: a pytest plugin with fixtures and ready tests; docs/howto/testing.md tells more.

`plugin` is what pytest loads, and loads nothing heavy; `runner` moves a database through a history, `templates` copies
a migrated database for each test, `checks` holds the ready tests.
"""
