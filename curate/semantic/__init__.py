"""Texts that say the same in other words: candidates for a person, never a reason to drop a row.

`door` fetches the encoder, `vectors` compares embeddings in whole numbers, `apart` says what tells two texts
of near meaning apart all the same, `find` puts these together for frames.
"""
