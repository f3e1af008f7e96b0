"""Getting in where we are members: secrets, and what is done with them (passwords, cookies, tokens)."""
