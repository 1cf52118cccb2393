"""The services that are not the yard's own, answered by moto behind the same endpoint.

moto runs in a process of its own, behind a Unix socket that nobody but the yard's user can open
(`program`; `yard`, `cloudformation`, `stepfunctions`, `eventbridge` and `loggroups` run there too).
`moto` starts it, starts it again if it ends, and ends it with the yard. `front` looks at each
request before the gateway does: what is signed for a service of the yard's own goes on to the
gateway, the rest is proven (`proving`) and passed on to moto (`exchange`), by the piece.
"""
