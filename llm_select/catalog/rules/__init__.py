"""The rules of `catalog check`; `registry` lists them."""
