"""What the product knows and does; no screen in it."""
