"""An SQLite index of a folder of kept runs. The folders are the truth; it is made from them."""
