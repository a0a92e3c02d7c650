"""Local stand-ins for the providers, for rehearsals and tests."""
