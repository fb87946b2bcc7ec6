"""Revisions, written by `minimig makemigrations`."""
