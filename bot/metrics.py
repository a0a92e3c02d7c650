"""Counters of the front door for Prometheus: how much, never who or what."""

from prometheus_client import Counter

RECEIVED = Counter("hotline_messages_received", "Messages taken in.", ["channel", "repeat"])
QUARANTINED = Counter("hotline_messages_quarantined", "Bodies nobody could read.", ["channel"])
CALLS = Counter("hotline_calls", "Telephone calls that began.", ["provider"])
TURNS = Counter("hotline_turns", "What the conversation decided.", ["outcome"])
SENT = Counter(
    "hotline_deliveries", "Outgoing messages by what came of a try.", ["channel", "result"]
)
COLLECTED = Counter("hotline_files_total", "Files fetched from channels.", ["channel", "result"])
