"""Words: numbers as people read them, and what the Reference page says."""
