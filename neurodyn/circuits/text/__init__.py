"""Circuits as text: netlists read and written."""
