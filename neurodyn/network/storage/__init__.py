"""A network as a file: TOML, with large arrays in an NPZ file beside it."""
