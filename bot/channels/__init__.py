"""The doors. A channel is a name, routes and a way to send; it knows no database, no tickets."""
