"""CloudWatch Logs, pure: what the service makes of the bytes an attempt printed, and of events put.

`source` is the seam to those bytes and to the times they arrived, `lines` finds the events in
them. `pages` answers GetLogEvents, `mixing` where events were put beside them, and `searching`
FilterLogEvents. What is looked for says `patterns`: terms, or JSON (`selectors`), or words
(`delimited`), with conditions as in `grammar` and expressions (`expressions`, searched for in
`ways`). `tokens` names positions to clients, `groups` knows log groups and `putting` what
PutLogEvents takes. Nothing here reads a file or a clock.
"""
