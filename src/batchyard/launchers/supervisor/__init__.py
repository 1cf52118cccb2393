"""The supervisor: a small program that starts attempts, watches them, and outlives its server.

It imports the standard library and itself, nothing else of batchyard, so that it starts in 30 ms
and stays small. One thread, one loop::

    program     the command line, and how the parts are put together
    service     one server at a time: greeted, heard, answered      door, peer, protocol
    attempts    taken in, started, told of, acknowledged            spawning, places, roster
    ending      read to the end, ended whole                        children, kin, output
    memory      held to their limits                                groups, hierarchy, proc
    loop        files and timers                                    wakes, open_files
"""
