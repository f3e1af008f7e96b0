"""How a file is understood before it is read: its sheet, its header, its columns; and what is no customer in it."""
