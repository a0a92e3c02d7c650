"""The telephone: one conversation by voice and keys, whichever provider carries the call."""
