"""The command line: one subcommand a file; what they share is in `arguments` and `console`."""
