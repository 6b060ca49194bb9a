"""Flows: what is asked in a conversation, and where the answers are kept."""
