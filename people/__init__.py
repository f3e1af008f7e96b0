"""People: accounts, what each role may do, how somebody is signed in, and what needs a second person."""
