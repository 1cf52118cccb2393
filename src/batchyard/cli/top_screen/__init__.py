"""The screen of `batchyard top`.

Pure, with laws of their own: `rows` (what a line is made of), `plan` (what to ask next), `book`
(what is known), `choosing` (which lines, in which order), `columns` (what fits), `heading` and
`keys` (the lines around the table). Around them: `fetching` (the one thread that asks), `acting`
(what keys do to jobs), and textual's widgets: `app`, `table`, `reading`.
"""
