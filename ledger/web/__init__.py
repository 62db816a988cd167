"""The web: events come in, answers go out, people work on pages; all of it as somebody's viewer.

`serving.serve` runs it until told to stop; `app.make_app` is the application for other servers.
"""
