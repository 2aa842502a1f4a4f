"""The journal of what was decided and done: one immutable file an event, under `records/`.

A record is an in-toto Statement (v1) in canonical JSON (RFC 8785), in a file that its own SHA-256 names, and
says which records came before it. So records form a graph of digests (Merkle, 1979): two branches append
without a conflict, git's merge is their union, and nothing that another record has seen can be changed or
dropped unseen.

    kinds.py        what each kind of record says
    statement.py    a record as bytes, and bytes as a record
    store.py        read and append
    ledger.py       verify the whole
    events.py       what stages and stewards leave
    reviews.py      reviews and incidents
    ssh.py          signatures by the key that the reviewer has for git
    signing.py      the one way in which a record is signed
    approvals.py    who approved what, and what has changed since
    policy.py       who must
"""
