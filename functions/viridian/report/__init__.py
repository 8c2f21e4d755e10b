"""The report: one HTML page for each deployment, made of its exported record and of nothing else.

It is read where there may be no network, months later and by people who were not there: so all of
it is in the one file, and what it shows it also says in words.
"""
