"""One run at a time, with dense output: Tsit5 in a compiled loop, and an implicit method."""
