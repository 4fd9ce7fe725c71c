"""Text files: from bytes to tables of rows with a header, whatever separates the cells."""
