"""Small plants, one for each of the first rules, with near misses that must stay silent beside them."""
