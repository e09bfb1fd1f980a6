"""The log for whoever asks what was done: each field with what it is evidence for, and a summary before it.

Nothing of a person is in it unless it is opened, for which there is an entry.
"""
