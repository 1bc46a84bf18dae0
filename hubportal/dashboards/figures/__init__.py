"""What homes and reports count: aggregated in SQL, from what the reader may see."""
