"""The pool of query processes behind the server: who waits, who runs, what an answer may occupy."""
