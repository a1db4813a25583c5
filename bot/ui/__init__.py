"""What people see: words, lists, forms, and the one place where a refusal becomes a message."""
