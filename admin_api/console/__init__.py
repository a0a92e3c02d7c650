"""The web console: pages over the same functions as the JSON API."""
