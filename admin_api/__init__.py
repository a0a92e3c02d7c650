"""The office: JSON API, web console, reports and accounts."""
