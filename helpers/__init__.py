"""The small module that the notebooks share. One file, one idea; see README.md for the map."""
