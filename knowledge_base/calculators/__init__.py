"""Guided answers: what a worker is owed or must keep to, worked out step by step. (pure)

One benefit a file. Each file holds exact functions, free of any conversation, and one `Guide`
that asks for what they need. `guides.py` lists them.
"""
