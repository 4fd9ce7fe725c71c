"""One printer for each format, one file for each printer."""
