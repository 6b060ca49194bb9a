"""WhatsApp: what it delivers, and what is sent through it."""
