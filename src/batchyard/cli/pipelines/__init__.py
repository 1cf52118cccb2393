"""The commands of ``batchyard pipeline``: one file per command, each imported when it is used."""
