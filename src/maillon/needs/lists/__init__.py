"""Lists of requests: a spreadsheet of a school or a social service, its columns confirmed, its rows entered.

The file names people: it is sealed as their identity is, shown to their prescriber alone, and erased once entered.
"""
