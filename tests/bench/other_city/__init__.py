"""Another city: a generator of our own bench that shares no line with `fundguard simulate`. See docs/bench/other_city.md."""
