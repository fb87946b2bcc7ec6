"""Describe here what this migration does."""

from minimig import ops

dependencies = []

# Steps of your own: ops.RunPython(function, reverse=...), ops.RunSQL("...", reverse="..."), or any other.
up = []

down = []
