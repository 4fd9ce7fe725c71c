"""A model as plain data, from which nothing is lost, and back."""

from neurodyn.model.stored.card_file import (
    FORMAT,
    VERSION,
    card_table,
    digest_of,
    model_of_card,
    reading_card,
)
from neurodyn.model.stored.read import model_from_plain
from neurodyn.model.stored.table import Table
from neurodyn.model.stored.text import as_text, from_text
from neurodyn.model.stored.write import model_as_plain

__all__ = [
    "FORMAT",
    "VERSION",
    "Table",
    "as_text",
    "card_table",
    "digest_of",
    "from_text",
    "model_as_plain",
    "model_from_plain",
    "model_of_card",
    "reading_card",
]
