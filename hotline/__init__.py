"""Roof and foundation: the command line, composition, settings and the database."""
