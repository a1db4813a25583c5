"""The desks: what should exist, what does, the steps between, and who applies them."""
