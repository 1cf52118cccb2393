"""CloudWatch Logs, pure: what the service makes of the bytes an attempt printed.

`source` is the seam to those bytes and to the times they arrived, `lines` finds the events in
them, `pages` answers GetLogEvents and `searching` FilterLogEvents, whose `patterns` and `selectors`
say what is looked for, `tokens` names positions to clients, and `names` knows groups,
streams and their ARNs. Nothing here reads a file or a clock.
"""
