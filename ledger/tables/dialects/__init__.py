"""How a cell is read, by what its column holds: one reading, or none with its reason."""
