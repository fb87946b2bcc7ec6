"""Revision files: their headers, the graph they form, the words that name them, reading and writing them."""
