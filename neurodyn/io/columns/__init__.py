"""Columns of a table: what a header cell means, which quantity it names and in what unit."""
