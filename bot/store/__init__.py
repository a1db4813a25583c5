"""SQLite through aiosqlite: one writer, transactions, migrations."""
