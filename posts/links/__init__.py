"""Where links lead: asking strangers' servers for a page, and reading what it says of itself."""
