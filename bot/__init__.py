"""The front door: channels, the conversation, inbox and outbox."""
