"""The tests: folders mirror src, ``*_laws.py`` hold properties, acceptance/ drives processes."""
