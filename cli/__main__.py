"""`python -m cli`: the command without its entry point, for child processes."""

from cli.main import main

main()
