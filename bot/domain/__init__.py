"""Pure rules: no Discord, no SQLite, no clock of their own."""
