"""One value and its rules: pure functions that know nothing of the database."""
