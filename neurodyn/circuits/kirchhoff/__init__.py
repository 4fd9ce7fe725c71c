"""Laws of Kirchhoff on a network of branches, solved symbolically for what its states do."""
