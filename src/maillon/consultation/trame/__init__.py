"""The *trame de restitution* of a consultation: read from the documents people have, as data, and written back.

Pure: no Django, no database, no clock. `reading.read` takes a file's bytes; `writers` make files.
"""
