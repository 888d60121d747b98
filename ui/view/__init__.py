"""How digits, maps and figures are shown."""
