"""The course as a website: what `tools/make_site.py` joins."""
