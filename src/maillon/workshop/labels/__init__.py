"""Labels: what they say, one or a sheet."""
